//! `cardlint.toml`: the nearest one upwards, or the one named.

mod check;
mod show;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;
use toml::Spanned;

use super::args::ConfigOptions;
use super::repositories::given;
use crate::license::policy::{Exception, Matcher, Policy, Requirement, Side};
use crate::report;
use crate::text::{SourceFile, Span, Unit, safe, suggest};

/// Names of configuration files, in the order of preference.
pub(super) const NAMES: &[&str] = &["cardlint.toml", ".cardlint.toml"];

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
    /// Rules or groups that no comment in a card silences.
    pub binding: Vec<String>,
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
    /// Frameworks that `coverage` shows.
    pub frameworks: Vec<String>,
    /// Findings that are known, as a path from the folder of the file.
    pub baseline: Option<PathBuf>,
    /// What is different for some files; later ones win.
    pub overrides: Vec<Override>,
    /// Another configuration, which this one adds to, as a path from the folder of the file.
    pub extends: Option<PathBuf>,
    /// Folder of the file, against which paths are resolved.
    #[serde(skip)]
    pub folder: PathBuf,
    /// Policies of the configurations that this one extends, the nearest first.
    #[serde(skip)]
    pub inherited: Vec<LicensePolicy>,
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
#[derive(Debug, Default, Deserialize)]
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
    pub hub_cache: Option<bool>,
    /// The file that holds it, for places in it.
    #[serde(skip)]
    pub source: Option<SourceFile>,
}

impl LicensePolicy {
    /// Reads each of some words.
    fn parse<T>(&self, words: &[Spanned<String>], read: impl Fn(&str) -> Result<T, String>) -> anyhow::Result<Vec<T>> {
        words.iter().map(|word| self.parse_one(word, &read)).collect()
    }

    fn parse_one<T>(&self, word: &Spanned<String>, read: impl Fn(&str) -> Result<T, String>) -> anyhow::Result<T> {
        read(word.get_ref()).map_err(|error| self.fault(word.span(), &error))
    }

    /// An error at its place in the file.
    fn fault(&self, at: Range<usize>, error: &str) -> anyhow::Error {
        match &self.source {
            Some(source) => anyhow!("{}", report::fault(source, Span::new(at.start, at.end), error)),
            None => anyhow!("configuration: {error}"),
        }
    }

    fn exception(&self, written: &Spanned<LicenseException>) -> anyhow::Result<Exception> {
        let exception = written.get_ref();
        if exception.reason.trim().is_empty() {
            return Err(self.fault(written.span(), "an exception needs a reason"));
        }
        let repository = exception.repository.as_str();
        let all = repository.strip_suffix("/*").unwrap_or(repository);
        if all.contains(['*', '?', '[']) {
            return Err(self.fault(written.span(), "the only pattern of repositories is `owner/*`"));
        }
        let expires =
            |day: &Spanned<Day>| parse_day(&day.get_ref().text()).map_err(|error| self.fault(day.span(), &error));
        Ok(Exception {
            repository: exception.repository.clone(),
            reason: exception.reason.clone(),
            license: self.parse_one(&exception.license, Matcher::parse)?,
            expires: exception.expires.as_ref().map(expires).transpose()?,
            used: AtomicBool::new(false),
        })
    }

    /// It asks something of licences.
    fn restricts(&self) -> bool {
        [&self.allow, &self.deny, &self.review, &self.require].iter().any(|words| !words.is_empty())
    }
}

/// `[[license.exceptions]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenseException {
    /// `owner/name`, `owner/*` for all of an owner, or the name of the folder.
    pub repository: String,
    /// A licence or class.
    pub license: Spanned<String>,
    /// Why; a policy without reasons is not worth much.
    pub reason: String,
    /// The last day on which it holds, `2027-01-31`.
    #[serde(default)]
    pub expires: Option<Spanned<Day>>,
}

/// A day, in quotes or as a date of TOML.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Day {
    /// `"2027-01-31"`
    Text(String),
    /// `2027-01-31`
    Date(toml::value::Datetime),
}

impl Day {
    fn text(&self) -> String {
        match self {
            Day::Text(text) => text.clone(),
            Day::Date(date) => date.to_string(),
        }
    }
}

impl Config {
    /// The folders of its rule packs.
    #[must_use]
    pub fn packs(&self) -> Vec<PathBuf> {
        self.rule_packs.iter().map(|path| self.folder.join(path)).collect()
    }

    /// The policy for licences, checked; `today` as `2026-11-25`.
    ///
    /// # Errors
    /// The first word that means nothing, with its place.
    pub fn policy(&self, today: String) -> anyhow::Result<Option<Policy>> {
        let mut policy = Policy { today, ..Policy::default() };
        for file in self.licenses() {
            policy.allow.extend(file.parse(&file.allow, Matcher::parse)?);
            policy.deny.extend(file.parse(&file.deny, Matcher::parse)?);
            policy.review.extend(file.parse(&file.review, Matcher::parse)?);
            policy.require.extend(file.parse(&file.require, Requirement::parse)?);
            policy.sides.extend(file.parse(&file.apply_to, Side::parse)?);
            for written in &file.exceptions {
                policy.exceptions.push(file.exception(written)?);
            }
        }
        // Whoever restricts all licences restricts them whatever another file says of its own.
        if self.licenses().any(|file| file.restricts() && file.apply_to.is_empty()) {
            policy.sides.clear();
        }
        Ok(self.licenses().next().map(|_| policy))
    }

    /// The policies in force, that of the configuration itself first.
    fn licenses(&self) -> impl Iterator<Item = &LicensePolicy> {
        self.license.iter().chain(&self.inherited)
    }

    /// Whether other repositories are looked for in the local cache of the Hub.
    #[must_use]
    pub fn uses_hub_cache(&self) -> bool {
        self.licenses().find_map(|license| license.hub_cache).unwrap_or(true)
    }

    /// The licences that the configuration gives of other repositories, by Hub id in lower case.
    ///
    /// # Errors
    /// The first id or licence that means nothing, with its place.
    pub fn known_licenses(&self) -> anyhow::Result<HashMap<String, String>> {
        let mut licenses = HashMap::new();
        for file in self.licenses() {
            for (repo, license) in &file.known {
                let read = given(repo, license.get_ref());
                let (repo, license) = read.map_err(|error| file.fault(license.span(), &error.to_string()))?;
                licenses.entry(repo).or_insert(license);
            }
        }
        Ok(licenses)
    }

    /// Exceptions that have expired or, in a run over all that the configuration is for, were not used, with their
    /// places, by file.
    #[must_use]
    pub fn idle_exceptions(&self, policy: &Policy, all: bool) -> Vec<(&SourceFile, Vec<(Span, String)>)> {
        let mut exceptions = policy.exceptions.iter();
        let idle = |(written, exception): (&Spanned<LicenseException>, &Exception)| {
            let expired = exception.expires.as_ref().filter(|day| day.as_str() < policy.today.as_str());
            let name = safe::quoted(&exception.repository);
            let message = match expired {
                Some(day) => format!("The exception for {name} expired on {day}"),
                None if !all || exception.used.load(Ordering::Relaxed) => return None,
                None => format!("The exception for {name} was not needed by any card of this run"),
            };
            let span = written.span();
            Some((Span::new(span.start, span.end), message))
        };
        let files = self.licenses().filter_map(|file| {
            let idle = file.exceptions.iter().zip(&mut exceptions).filter_map(idle).collect();
            Some((file.source.as_ref()?, idle))
        });
        files.collect()
    }
}

/// A day as `2027-01-31`.
fn parse_day(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, length: usize, range: std::ops::RangeInclusive<u32>| {
        part.len() == length && part.parse().is_ok_and(|number| range.contains(&number))
    };
    match parts.as_slice() {
        [year, month, day] if number(year, 4, 2000..=9999) && number(month, 2, 1..=12) => {
            let year: u32 = year.parse().unwrap_or_default();
            let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
            let last = match *month {
                "02" if leap => 29,
                "02" => 28,
                "04" | "06" | "09" | "11" => 30,
                _ => 31,
            };
            if number(day, 2, 1..=last) {
                Ok(text.to_owned())
            } else {
                Err(format!("`{text}` is no day of the calendar"))
            }
        }
        _ => Err(format!("`{text}` is not a date; write it as 2027-01-31")),
    }
}

/// `[files]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// Globs of further cards.
    pub include: Vec<String>,
    /// Globs of files to pass over; a folder is meant with all that is in it.
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

pub use show::show;

/// The configuration of a command for some paths.
///
/// # Errors
/// When a file cannot be read or has a mistake; the message shows the place.
pub fn of(options: &ConfigOptions, paths: &[PathBuf], changed: bool) -> anyhow::Result<Config> {
    if options.no_config {
        return Ok(Config::default());
    }
    load(options.config.as_deref(), &start(paths, changed))
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

/// The folder from which the configuration of a run is looked for: the deepest that holds all paths, so that their
/// order does not matter. A list of files that changed begins where the command runs, if they lie below it: which of
/// them changed together must not decide by which configuration they are judged.
#[must_use]
pub fn start(paths: &[PathBuf], changed: bool) -> PathBuf {
    let here = PathBuf::from(".");
    let below = |root: &Path| {
        let up = |path: &Path| path.components().any(|part| part == Component::ParentDir);
        let inside = |path: &PathBuf| std::path::absolute(path).is_ok_and(|path| path.starts_with(root));
        !paths.is_empty() && paths.iter().all(|path| inside(path) && !up(path))
    };
    if changed && std::path::absolute(&here).is_ok_and(|root| below(&root)) {
        return here;
    }
    let folder = |path: &PathBuf| {
        let real = fs::canonicalize(path).ok()?;
        if real.is_dir() { Some(real) } else { real.parent().map(Path::to_owned) }
    };
    let shared = |one: PathBuf, other: PathBuf| {
        let both = one.components().zip(other.components()).take_while(|(one, other)| one == other);
        both.map(|(part, _)| part).collect()
    };
    let folders = paths.iter().filter(|path| path.exists()).filter_map(folder);
    folders.reduce(shared).unwrap_or(here)
}

fn read(path: &Path) -> anyhow::Result<Config> {
    if path.file_name().is_some_and(|name| name == "pyproject.toml") {
        return pyproject(path)?.with_context(|| format!("{} has no table `[tool.cardlint]`", path.display()));
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let config: Config = match toml::from_str(&text) {
        Ok(config) => config,
        Err(error) => bail!(mistake(path, &text, &error)),
    };
    extended(placed(config, path, &text), &mut Vec::new())
}

fn placed(config: Config, path: &Path, text: &str) -> Config {
    // A bare name stands in the folder that the command runs in.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let name = super::discover::display(path);
    let source = || SourceFile::new(name.clone(), text);
    let mut config = Config { chain: vec![source()], ..config };
    if let Some(license) = &mut config.license {
        license.source = Some(source());
    }
    for one in &mut config.overrides {
        one.folder.clone_from(&folder);
    }
    config.folder = folder;
    config
}

/// The configuration with those that it extends. What it says itself wins; lists add up, but for the one of rules to run,
/// and so do severities, overrides and policies for licences.
fn extended(mut config: Config, seen: &mut Vec<PathBuf>) -> anyhow::Result<Config> {
    let Some(base) = config.extends.take() else { return Ok(config) };
    let path = config.folder.join(base);
    // A message shows the line with a mistake: not of whatever file there is.
    if path.extension().is_none_or(|extension| extension != "toml") {
        bail!("configuration: `extends` names {}, which is not a .toml file", path.display());
    }
    let real = fs::canonicalize(&path).with_context(|| format!("cannot read {}", path.display()))?;
    if seen.contains(&real) {
        bail!("configuration: {} extends itself", path.display());
    }
    seen.push(real);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let base: Config = match toml::from_str(&text) {
        Ok(base) => base,
        Err(error) => bail!(mistake(&path, &text, &error)),
    };
    let base = extended(placed(base, &path, &text), seen)?;
    let inside = |path: PathBuf| base.folder.join(path);
    let joined = |mut first: Vec<String>, more: Vec<String>| {
        first.extend(more);
        first
    };
    let mut severity = base.severity;
    severity.extend(std::mem::take(&mut config.severity));
    let mut inherited = config.inherited;
    inherited.extend(base.license.into_iter().chain(base.inherited));
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
        binding: joined(base.binding, config.binding),
        frameworks: joined(base.frameworks, config.frameworks),
        fail_on: config.fail_on.or(base.fail_on),
        format: config.format.or(base.format),
        severity,
        files: Files {
            include: joined(base.files.include, config.files.include),
            exclude: joined(base.files.exclude, config.files.exclude),
        },
        // The paths are absolute or from here by now.
        schemas: Schemas { extra: schemas.into_iter().map(|path| fs::canonicalize(&path).unwrap_or(path)).collect() },
        license: config.license,
        inherited,
        // A path that is absolute, or from here, like those of the packs.
        baseline: config.baseline.or(base.baseline.map(inside).map(|path| std::path::absolute(&path).unwrap_or(path))),
        rule_packs: packs,
        overrides,
        extends: None,
        folder: config.folder,
        chain,
    })
}

fn pyproject(path: &Path) -> anyhow::Result<Option<Config>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    // A broken pyproject.toml is not ours to report unless it speaks of cardlint.
    let speaks = |file: toml::Table| file.get("tool").and_then(|tool| tool.get("cardlint")).is_some();
    let spoken = toml::from_str(&text).map_or_else(|_| text.contains("[tool.cardlint"), speaks);
    if !spoken {
        return Ok(None);
    }
    match toml::from_str::<PyProject>(&text) {
        Ok(file) => Ok(Some(extended(placed(file.tool.cardlint, path, &text), &mut Vec::new())?)),
        Err(error) => bail!(mistake(path, &text, &error)),
    }
}

/// Shows the table of ours in a file.
fn tables(source: &SourceFile, mut see: impl FnMut(&toml::de::DeTable<'_>)) {
    let Ok(table) = toml::de::DeTable::parse(source.text()) else { return };
    let table = table.get_ref();
    if !source.name().ends_with("pyproject.toml") {
        return see(table);
    }
    let inner = table.get("tool").and_then(|tool| tool.get_ref().get("cardlint"));
    if let Some(toml::de::DeValue::Table(inner)) = inner.map(Spanned::get_ref) {
        see(inner);
    }
}

/// A mistake that serde found, at its place.
fn mistake(path: &Path, text: &str, error: &toml::de::Error) -> String {
    let source = SourceFile::new(super::discover::display(path), text);
    let span = error.span().unwrap_or(0..0);
    // A repository under audit may link to any file of the machine, which a log is not to show.
    if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) {
        let (start, _) = source.location(Span::new(span.start, span.end), Unit::CodePoint);
        return format!("{} is a link to a file that is not a configuration (line {})", source.name(), start.line);
    }
    let message = error.message().trim_end().replace('\n', "; ");
    report::fault(&source, Span::new(span.start, span.end), &format!("{message}{}", hint(&message)))
}

/// "did you mean" for an unknown key, from serde's message.
fn hint(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field `") else { return String::new() };
    let Some((word, known)) = rest.split_once('`') else { return String::new() };
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    suggest::nearest(word, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}
