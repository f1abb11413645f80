//! From options and configuration to the settings of an audit, for the command line and for editors.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::Parser;

use super::args::{AuditOptions, Cli, Command};
use super::baseline::{Baseline, Seen};
use super::config::{self, Config, Files};
use super::discover::{Globs, Target, real};
use super::hub::Online;
use super::packs;
use super::repositories::Repositories;
use crate::checks::UserSchema;
use crate::engine::{self, Rules, Settings};
use crate::rule::{self, Profile};
use crate::schema::Schema;

/// The settings that options and configuration make together; the options win.
///
/// # Errors
/// When a word of them means nothing, or a file that they name cannot be read.
pub(super) fn settings(options: &AuditOptions, config: &Config) -> anyhow::Result<Settings> {
    let profile = match (options.profile, &config.profile) {
        (Some(profile), _) => profile,
        (None, Some(word)) => Profile::named(word).map_err(|error| anyhow!("configuration: profile: {error}"))?,
        (None, None) => Default::default(),
    };
    let select = if options.select.is_empty() { &config.select } else { &options.select };
    let ignore: Vec<String> = config.ignore.iter().chain(&options.ignore).cloned().collect();
    let mut rules = Rules::new(profile, select, &ignore)?;
    set_severities(&mut rules, &config.severity).context("configuration")?;
    rules.bind(&config.binding).context("configuration: binding")?;
    let mut schemas = Vec::new();
    let configured = config.schemas.extra.iter().map(|path| config.folder.join(path));
    for path in configured.chain(options.schema.iter().cloned()) {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read the schema {}", path.display()))?;
        let schema = Schema::new(&text).map_err(|error| anyhow!("{} {error}", path.display()))?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        schemas.push(UserSchema { name, schema });
    }
    let policy = config.policy(today())?;
    Ok(Settings {
        rules,
        kind: options.kind.0,
        schemas,
        policy,
        lookup: None,
        disclosures: options.disclosures,
        explain: options.explain,
        known: None,
        each: options.write_baseline.is_some(),
        special: HashMap::new(),
    })
}

/// Configuration and settings for buffers of an editor that works in `root`. Rule packs are read the first time only.
///
/// # Errors
/// When the configuration has mistakes.
pub(super) fn editor_settings(root: &Path) -> anyhow::Result<(Config, Settings)> {
    static PACKS: std::sync::Once = std::sync::Once::new();
    let config = config::load(None, root)?;
    let mut installed = Ok(());
    PACKS.call_once(|| installed = packs::install(&config.packs()));
    installed?;
    config.check()?;
    let settings = buffer_settings(&config)?;
    Ok((config, settings))
}

/// The settings of `cardlint audit` without options, for buffers.
pub(super) fn buffer_settings(config: &Config) -> anyhow::Result<Settings> {
    let Command::Audit(options) = Cli::parse_from(["cardlint", "audit"]).command else {
        bail!("internal: these arguments mean an audit");
    };
    let mut settings = settings(&options, config)?;
    settings.each = true;
    settings.lookup = Some(Box::new(Repositories::of(config, &[], false, &[], Online::default())?));
    if let Some(file) = &config.baseline {
        let known = Baseline::read(&config.folder.join(file))?;
        settings.known = Some(Box::new(Seen(known)) as Box<dyn engine::Known>);
    }
    Ok(settings)
}

/// The rules of files that overrides of the configuration are for, by their names.
pub(super) fn special(
    config: &Config,
    base: &Rules,
    targets: &[Target],
) -> anyhow::Result<HashMap<String, Arc<Rules>>> {
    let mut found = HashMap::new();
    if config.overrides.is_empty() {
        return Ok(found);
    }
    let globs: Vec<Globs> = (config.overrides.iter())
        .map(|one| Globs::new(&Files { include: one.paths.clone(), exclude: Vec::new() }, &one.folder))
        .collect::<anyhow::Result<_>>()?;
    // Few sets of overrides meet on a file, however many files there are.
    let mut sets: HashMap<Vec<usize>, Arc<Rules>> = HashMap::new();
    for target in targets {
        // Standard input is judged by the name that it is given.
        let named = || target.is_stdin().then(|| std::path::absolute(&target.name).ok()).flatten();
        let known = target.path.as_deref().map(real);
        let Some(path) = known.unwrap_or_else(named) else { continue };
        let met: Vec<usize> = (0..globs.len()).filter(|at| globs[*at].includes(&path)).collect();
        if met.is_empty() {
            continue;
        }
        let rules = if let Some(rules) = sets.get(&met) {
            Arc::clone(rules)
        } else {
            let mut rules = base.clone();
            for one in met.iter().map(|at| &config.overrides[*at]) {
                if let Some(profile) = &one.profile {
                    let profile =
                        Profile::named(profile).map_err(|error| anyhow!("configuration: overrides: {error}"))?;
                    rules.set_profile(profile).context("configuration: overrides")?;
                }
                rules.leave_out(&one.ignore).context("configuration: overrides: ignore")?;
                set_severities(&mut rules, &one.severity).context("configuration: overrides")?;
            }
            let rules = Arc::new(rules);
            sets.insert(met, Arc::clone(&rules));
            rules
        };
        found.insert(target.name.clone(), rules);
    }
    Ok(found)
}

/// Severities of the configuration, `off` among them.
fn set_severities(rules: &mut Rules, severities: &BTreeMap<String, String>) -> anyhow::Result<()> {
    // What is said of a rule counts for more than what is said of its group.
    let (rules_of, groups): (Vec<_>, Vec<_>) = severities.iter().partition(|(word, _)| rule::find(word).is_some());
    for (word, severity) in groups.into_iter().chain(rules_of) {
        let severity = match severity.as_str() {
            "off" => None,
            word => Some(word.parse().map_err(|error: String| anyhow!("severity: {error}, off"))?),
        };
        rules.set_severity(word, severity).context("severity")?;
    }
    Ok(())
}

/// The day in UTC, as `2026-11-25`.
pub(super) fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let milliseconds = i64::try_from(now.as_millis()).unwrap_or(0);
    crate::yaml::value::js_iso(milliseconds).chars().take(10).collect()
}
