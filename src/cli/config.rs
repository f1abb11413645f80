//! `cardlint.toml`: the nearest one upwards, or the one named.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;
use toml::Spanned;

use super::repositories::given;
use crate::license::policy::{Exception, Matcher, Policy, Requirement, Side};
use crate::text::{SourceFile, Span, Unit, safe, suggest};

/// Names of configuration files, in the order of preference.
const NAMES: &[&str] = &["cardlint.toml", ".cardlint.toml"];

/// What a configuration file can say (`schemas/config.schema.json`).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Profile.
    pub profile: Option<String>,
    /// Rules or groups to run.
    pub select: Vec<String>,
    /// Rules or groups to leave out.
    pub ignore: Vec<String>,
    /// Severity that fails.
    pub fail_on: Option<String>,
    /// Output format.
    pub format: Option<String>,
    /// Rule or group to severity or `off`.
    pub severity: BTreeMap<String, String>,
    /// Which files are cards.
    pub files: Files,
    /// Further schemas.
    pub schemas: Schemas,
    /// Policy for licences.
    pub license: Option<LicensePolicy>,
    /// Folders of rule files to add, from the folder of the file.
    pub rule_packs: Vec<PathBuf>,
    /// Findings that are known, as a path from the folder of the file.
    pub baseline: Option<PathBuf>,
    /// What is different for some files; later ones win.
    pub overrides: Vec<Override>,
    /// Another configuration, which this one adds to, as a path from the folder of the file.
    pub extends: Option<PathBuf>,
    /// Folder of the file, against which paths are resolved.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The file that holds the policy, for places in it.
    #[serde(skip)]
    pub source: Option<SourceFile>,
    /// The files that were read, the one that counts most first.
    #[serde(skip)]
    pub chain: Vec<SourceFile>,
}

/// `[[overrides]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Globs from the folder of the configuration.
    pub paths: Vec<String>,
    /// Rules or groups that do not run there.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Severities there.
    #[serde(default)]
    pub severity: BTreeMap<String, String>,
    /// The profile there.
    #[serde(default)]
    pub profile: Option<String>,
    /// Folder that the globs are from.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// `[license]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LicensePolicy {
    /// Licences or classes that are allowed; all others are not.
    pub allow: Vec<Spanned<String>>,
    /// Licences or classes that are not allowed.
    pub deny: Vec<Spanned<String>>,
    /// Licences or classes that a person should look at.
    pub review: Vec<Spanned<String>>,
    /// What every licence must give.
    pub require: Vec<Spanned<String>>,
    /// Whose licences are judged.
    pub apply_to: Vec<Spanned<String>>,
    /// Repositories that may have a licence all the same.
    pub exceptions: Vec<Spanned<LicenseException>>,
    /// Licences of other repositories, by their Hub ids.
    pub known: BTreeMap<String, Spanned<String>>,
    /// Look for other repositories in the local cache of the Hub.
    pub hub_cache: bool,
}

impl Default for LicensePolicy {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            deny: Vec::new(),
            review: Vec::new(),
            require: Vec::new(),
            apply_to: Vec::new(),
            exceptions: Vec::new(),
            known: BTreeMap::new(),
            hub_cache: true,
        }
    }
}

/// `[[license.exceptions]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenseException {
    /// `owner/name`, or the name of the folder.
    pub repository: String,
    /// A licence or class.
    pub license: Spanned<String>,
    /// Why; a policy without reasons is not worth much.
    pub reason: String,
    /// The last day on which it holds, `2027-01-31`.
    #[serde(default)]
    pub expires: Option<Spanned<String>>,
}

impl Config {
    /// The policy for licences, checked; `today` as `2026-11-25`.
    ///
    /// # Errors
    /// The first word that means nothing, with its place.
    pub fn policy(&self, today: String) -> anyhow::Result<Option<Policy>> {
        let Some(file) = &self.license else { return Ok(None) };
        let matchers = |words: &[Spanned<String>]| -> anyhow::Result<Vec<Matcher>> {
            words.iter().map(|word| self.parse(word, Matcher::parse)).collect()
        };
        let mut exceptions = Vec::with_capacity(file.exceptions.len());
        for written in &file.exceptions {
            let exception = written.get_ref();
            if exception.reason.trim().is_empty() {
                return Err(self.fault(written.span().start, "an exception needs a reason"));
            }
            let expires = exception.expires.as_ref().map(|day| self.parse(day, parse_day)).transpose()?;
            exceptions.push(Exception {
                repository: exception.repository.clone(),
                license: self.parse(&exception.license, Matcher::parse)?,
                expires,
                used: AtomicBool::new(false),
            });
        }
        Ok(Some(Policy {
            allow: matchers(&file.allow)?,
            deny: matchers(&file.deny)?,
            review: matchers(&file.review)?,
            require: file
                .require
                .iter()
                .map(|word| self.parse(word, Requirement::parse))
                .collect::<anyhow::Result<_>>()?,
            sides: file.apply_to.iter().map(|word| self.parse(word, Side::parse)).collect::<anyhow::Result<_>>()?,
            exceptions,
            today,
        }))
    }

    /// The licences that the configuration gives of other repositories, by Hub id in lower case.
    ///
    /// # Errors
    /// The first id or licence that means nothing, with its place.
    pub fn known_licenses(&self) -> anyhow::Result<HashMap<String, String>> {
        let known = self.license.iter().flat_map(|license| &license.known);
        known
            .map(|(repo, license)| {
                given(repo, license.get_ref()).map_err(|error| self.fault(license.span().start, &error.to_string()))
            })
            .collect()
    }

    fn parse<T>(&self, word: &Spanned<String>, read: impl Fn(&str) -> Result<T, String>) -> anyhow::Result<T> {
        read(word.get_ref()).map_err(|error| self.fault(word.span().start, &error))
    }

    /// An error at a byte of the file.
    fn fault(&self, at: usize, error: &str) -> anyhow::Error {
        match &self.source {
            Some(source) => {
                let (start, _) = source.location(Span::at(at), Unit::CodePoint);
                anyhow!("{}:{}:{}: {error}", source.name(), start.line, start.column)
            }
            None => anyhow!("configuration: {error}"),
        }
    }

    /// Exceptions that have expired or were not used, with their places in the file.
    #[must_use]
    pub fn idle_exceptions(&self, policy: &Policy) -> Vec<(Span, String)> {
        let written = self.license.iter().flat_map(|license| &license.exceptions);
        written
            .zip(&policy.exceptions)
            .filter_map(|(written, exception)| {
                let expired = exception.expires.as_ref().filter(|day| day.as_str() < policy.today.as_str());
                let name = safe::quoted(&exception.repository);
                let message = match expired {
                    Some(day) => format!("The exception for {name} expired on {day}"),
                    None if exception.used.load(Ordering::Relaxed) => return None,
                    None => format!("The exception for {name} was not needed by any card of this run"),
                };
                let span = written.span();
                Some((Span::new(span.start, span.end), message))
            })
            .collect()
    }
}

/// A day as `2027-01-31`.
fn parse_day(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, length: usize, range: std::ops::RangeInclusive<u32>| {
        part.len() == length && part.parse().is_ok_and(|number| range.contains(&number))
    };
    match parts.as_slice() {
        [year, month, day] if number(year, 4, 2000..=9999) && number(month, 2, 1..=12) && number(day, 2, 1..=31) => {
            Ok(text.to_owned())
        }
        _ => Err(format!("`{text}` is no day; write it as 2027-01-31")),
    }
}

/// `[files]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// Globs of further cards.
    pub include: Vec<String>,
    /// Globs of files to pass over.
    pub exclude: Vec<String>,
}

/// `[schemas]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schemas {
    /// Paths relative to the configuration.
    pub extra: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct PyProject {
    tool: Tool,
}

#[derive(Deserialize)]
struct Tool {
    cardlint: Config,
}

/// The configuration in force: `named`, or the nearest one from `start` upwards.
///
/// # Errors
/// When a file cannot be read or has a mistake; the message shows the place.
pub fn load(named: Option<&Path>, start: &Path) -> anyhow::Result<Config> {
    if let Some(path) = named {
        return read(path);
    }
    let start = fs::canonicalize(start).unwrap_or_else(|_| start.to_owned());
    for folder in start.ancestors().filter(|folder| folder.is_dir()) {
        for name in NAMES {
            let path = folder.join(name);
            if path.is_file() {
                return read(&path);
            }
        }
        let path = folder.join("pyproject.toml");
        if path.is_file()
            && let Some(config) = pyproject(&path)?
        {
            return Ok(config);
        }
    }
    Ok(Config::default())
}

fn read(path: &Path) -> anyhow::Result<Config> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let config: Config = match toml::from_str(&text) {
        Ok(config) => config,
        Err(error) => bail!("{} has a mistake:\n{error}{}", path.display(), hint(&error)),
    };
    extended(placed(config, path, &text), &mut Vec::new())
}

fn placed(config: Config, path: &Path, text: &str) -> Config {
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let name = super::discover::display(path);
    let source = || SourceFile::new(name.clone(), text);
    let mut config = Config { source: Some(source()), chain: vec![source()], ..config };
    for one in &mut config.overrides {
        one.folder.clone_from(&folder);
    }
    config.folder = folder;
    config
}

/// The configuration with those that it extends. What it says itself wins; lists of rules to leave out, files,
/// schemas, severities and overrides add up.
fn extended(mut config: Config, seen: &mut Vec<PathBuf>) -> anyhow::Result<Config> {
    let Some(base) = config.extends.take() else { return Ok(config) };
    let path = config.folder.join(base);
    let real = fs::canonicalize(&path).with_context(|| format!("cannot read {}", path.display()))?;
    if seen.contains(&real) {
        bail!("configuration: {} extends itself", path.display());
    }
    seen.push(real);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let base: Config = match toml::from_str(&text) {
        Ok(base) => base,
        Err(error) => bail!("{} has a mistake:\n{error}{}", path.display(), hint(&error)),
    };
    let base = extended(placed(base, &path, &text), seen)?;
    let inside = |path: PathBuf| base.folder.join(path);
    let joined = |mut first: Vec<String>, more: Vec<String>| {
        first.extend(more);
        first
    };
    let mut severity = base.severity;
    severity.extend(std::mem::take(&mut config.severity));
    let (license, source) = match config.license {
        Some(license) => (Some(license), config.source),
        None => (base.license, base.source.or(config.source)),
    };
    let mut schemas: Vec<PathBuf> = base.schemas.extra.into_iter().map(inside).collect();
    schemas.extend(config.schemas.extra.iter().map(|path| config.folder.join(path)));
    let here = |path: &PathBuf| fs::canonicalize(config.folder.join(path)).unwrap_or_else(|_| path.clone());
    let mut packs: Vec<PathBuf> = base.rule_packs.into_iter().map(inside).collect();
    packs = packs.into_iter().map(|path| fs::canonicalize(&path).unwrap_or(path)).collect();
    packs.extend(config.rule_packs.iter().map(here));
    let mut overrides = base.overrides;
    overrides.extend(config.overrides);
    let mut chain = config.chain;
    chain.extend(base.chain);
    Ok(Config {
        profile: config.profile.or(base.profile),
        select: if config.select.is_empty() { base.select } else { config.select },
        ignore: joined(base.ignore, config.ignore),
        fail_on: config.fail_on.or(base.fail_on),
        format: config.format.or(base.format),
        severity,
        files: Files {
            include: joined(base.files.include, config.files.include),
            exclude: joined(base.files.exclude, config.files.exclude),
        },
        // The paths are absolute or from here by now.
        schemas: Schemas { extra: schemas.into_iter().map(|path| fs::canonicalize(&path).unwrap_or(path)).collect() },
        license,
        baseline: config.baseline.or(base.baseline.map(inside)),
        rule_packs: packs,
        overrides,
        extends: None,
        folder: config.folder,
        source,
        chain,
    })
}

fn pyproject(path: &Path) -> anyhow::Result<Option<Config>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    // A broken pyproject.toml is not ours to report unless it speaks of cardlint.
    let spoken = toml::from_str::<toml::Table>(&text)
        .is_ok_and(|file| file.get("tool").and_then(|tool| tool.get("cardlint")).is_some());
    if !spoken {
        return Ok(None);
    }
    match toml::from_str::<PyProject>(&text) {
        Ok(file) => Ok(Some(extended(placed(file.tool.cardlint, path, &text), &mut Vec::new())?)),
        Err(error) => bail!("{} has a mistake in [tool.cardlint]: {error}{}", path.display(), hint(&error)),
    }
}

/// Prints the configuration in force for a path, each value with where it is from.
///
/// # Errors
/// When a file has a mistake, or standard output fails.
pub fn show(path: &Path, named: Option<&Path>) -> anyhow::Result<u8> {
    let config = load(named, path)?;
    let mut out = String::new();
    let mut known: Vec<String> = Vec::new();
    for source in &config.chain {
        let Ok(table) = toml::de::DeTable::parse(source.text()) else { continue };
        let mut table = table.get_ref();
        if source.name().ends_with("pyproject.toml") {
            let inner = table.get("tool").and_then(|tool| tool.get_ref().get("cardlint"));
            let Some(toml::de::DeValue::Table(inner)) = inner.map(Spanned::get_ref) else { continue };
            table = inner;
        }
        let mut values = Vec::new();
        flatten(table, "", &mut values);
        for (key, value, at) in values {
            // Lists add up; of anything else the first one counts.
            let adds = ["ignore", "files.include", "files.exclude", "schemas.extra", "overrides", "rule-packs"]
                .contains(&key.as_str());
            if key == "extends" || (known.contains(&key) && !adds) {
                continue;
            }
            let line = source.location(Span::at(at), Unit::CodePoint).0.line;
            let shown = format!("{key} = {value}");
            out.push_str(&format!("{shown:48}  # {}:{line}\n", source.name()));
            known.push(key);
        }
    }
    for (key, value) in [("profile", "\"recommended\""), ("fail-on", "\"error\""), ("format", "\"table\"")] {
        if !known.iter().any(|known| known == key) {
            let shown = format!("{key} = {value}");
            out.push_str(&format!("{shown:48}  # default\n"));
        }
    }
    let lines: String = out.lines().map(|line| safe::line(line).into_owned() + "\n").collect();
    super::print(&safe::workflow_log(&lines))?;
    Ok(super::EXIT_CLEAN)
}

/// Keys with their tables, values as TOML, and the bytes where they stand.
fn flatten(table: &toml::de::DeTable<'_>, before: &str, into: &mut Vec<(String, String, usize)>) {
    for (key, value) in table {
        let name = if before.is_empty() { key.get_ref().to_string() } else { format!("{before}.{}", key.get_ref()) };
        match value.get_ref() {
            toml::de::DeValue::Table(inner) => flatten(inner, &name, into),
            other => into.push((name, written(other), value.span().start)),
        }
    }
}

/// A value as TOML on one line.
fn written(value: &toml::de::DeValue<'_>) -> String {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()).to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(key, value)| format!("{} = {}", key.get_ref(), written(value.get_ref())));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(time) => time.to_string(),
    }
}

/// "did you mean" for an unknown key, from serde's message.
fn hint(error: &toml::de::Error) -> String {
    let message = error.message();
    let Some(rest) = message.strip_prefix("unknown field `") else { return String::new() };
    let Some((word, known)) = rest.split_once('`') else { return String::new() };
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    suggest::nearest(word, known).map_or_else(String::new, |near| format!("\ndid you mean `{near}`?"))
}
