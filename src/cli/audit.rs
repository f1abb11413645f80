//! `cardlint audit`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::args::{AuditOptions, FailOn, Global, fail_on};
use super::baseline::{self, Baseline, Entry, Seen};
use super::config::{self, Config};
use super::discover::{self, Globs, Target, real, reason};
use super::fix::{self, Mended, Mode};
use super::hub::Online;
use super::packs;
use super::repositories::Repositories;
use super::settings::{settings, special};
use super::{EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, guarded, print, stdout_style, talk};
use crate::card::MAX_BYTES;
use crate::checks::Selection;
use crate::engine::{self, Audit, Input, Settings};
use crate::report::{Format, Part, Run, Style, Summary, Writer, plural};
use crate::rule::{self, Severity};
use crate::schema;
use crate::text::{SourceFile, safe};

/// Cards audited between two writes: enough to keep the threads busy, few enough to bound memory.
const BATCH: usize = 512;
/// A progress bar is worth showing for more cards than this.
const LONG_RUN: usize = 2_000;

/// Requests to the Hub at the same time.
const CONNECTIONS: usize = 8;
/// A progress bar is worth showing for more cards of the Hub than this.
const LONG_LIST: usize = 4;

/// How one report is rendered; where it goes is its [`Writer`].
type Renderer = (Format, Style);

/// Runs the command; gives the exit code.
///
/// # Errors
/// When the job cannot be done.
pub fn run(options: &AuditOptions, global: &Global) -> anyhow::Result<u8> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if cores > 1 && options.jobs != Some(1) {
        // Compiling the schema takes as long as much of the rest of a small run, beside which it is done.
        std::thread::spawn(|| schema::embedded("model-card"));
    }
    let config = config::of(&options.configured, &options.paths, options.only_cards)?;
    let folders: Vec<PathBuf> = config.packs().into_iter().chain(options.rule_pack.iter().cloned()).collect();
    packs::install(&folders)?;
    config.check()?;
    let mut settings = settings(options, &config)?;
    let fail = match (options.fail_on, &config.fail_on) {
        (Some(fail), _) => fail,
        (None, Some(word)) => fail_on(word).map_err(|error| anyhow!("configuration: fail-on: {error}"))?,
        (None, None) => FailOn::Severity(Severity::Error),
    };
    let online = Online::new(options.online)?;
    let threads = match options.jobs.unwrap_or(0) {
        // Those who wait for the Hub need no core.
        0 if online.is_on() => cores.max(CONNECTIONS),
        0 => cores,
        jobs => jobs,
    };
    let globs = Globs::new(&config.files, &config.folder)?;
    let found = discover::find(&options.paths, &options.stdin_filename, &globs, threads, options.only_cards, &online);
    let known = Repositories::of(&config, &options.license_of, options.no_hub_cache, &found.targets, online.clone())?;
    settings.lookup = Some(Box::new(known));
    refuse(options, &config, &settings, &found.targets)?;
    // A diff stands for the report; with the mended text of standard input the report goes to standard error.
    let stdin = found.targets.iter().any(Target::is_stdin);
    settings.special = special(&config, &settings.rules, &found.targets)?;
    let baseline = baseline_of(options, &config)?;
    settings.known = baseline.clone().map(|baseline| Box::new(Seen(baseline)) as Box<dyn engine::Known>);
    let (renderers, mut writers) =
        if options.diff { Default::default() } else { outputs(options, &config, &settings, global, stdin, fail)? };
    let sweep =
        Sweep { options, settings: &settings, renderers: &renderers, threads, style: stdout_style(global.color) };
    let mut tally = Tally { summary: Summary { errors: found.errors, ..Summary::default() }, ..Tally::default() };
    let bar = progress(options, found.targets.len(), if online.is_on() { LONG_LIST } else { LONG_RUN });
    sweep.audit(&found.targets, &mut writers, &mut tally, bar.as_ref())?;
    tally.summary.errors.extend(online.failures().into_iter().map(|reason| ("the Hub".to_owned(), reason)));
    for audit in idle_exceptions(&config, &settings, options) {
        for (writer, (format, style)) in writers.iter_mut().zip(&renderers) {
            writer.add(format.card(&audit, style))?;
        }
        // The configuration is no card.
        let cards = tally.summary.cards;
        tally.summary.add(&audit);
        tally.summary.cards = cards;
    }
    for writer in writers {
        writer.finish(&tally.summary)?;
    }
    tally.tell(options);
    if let Some(file) = &options.write_baseline {
        let count = tally.entries.len();
        baseline::store(file, std::mem::take(&mut tally.entries))?;
        if !options.quiet {
            talk("baseline", &format!("{} written to {}", plural(count, "finding"), file.display()));
        }
    }
    // What lies beside standard input is not seen, and so is not gone.
    if let Some(known) = baseline.as_ref().filter(|_| !stdin) {
        stale(known, &tally.audited, &settings, options)?;
    }
    if sweep.mode().is_some() && !options.quiet {
        talk("fix", &tally.mended_words(options.diff));
    }
    if tally.is_empty() && !options.allow_empty && !options.only_cards {
        bail!("no model or dataset card found; name a file to audit it anyway, or pass --allow-empty");
    }
    Ok(tally.exit_code(options, fail))
}

/// The baseline whose findings are known; a run that writes a new one, which holds everything, has none.
///
/// # Errors
/// When it cannot be read, or where options ask for one and there is none.
fn baseline_of(options: &AuditOptions, config: &Config) -> anyhow::Result<Option<Arc<Baseline>>> {
    let configured = || config.baseline.as_ref().map(|path| config.folder.join(path));
    let file = options.baseline.clone().or_else(configured).filter(|_| options.write_baseline.is_none());
    if options.prune_baseline && file.is_none() {
        bail!("no baseline to prune: name one with --baseline or in the configuration");
    }
    file.as_deref().map(Baseline::read).transpose()
}

/// How all targets are audited.
struct Sweep<'a> {
    options: &'a AuditOptions,
    settings: &'a Settings,
    renderers: &'a [Renderer],
    threads: usize,
    /// Of what is printed beside reports.
    style: Style,
}

impl Sweep<'_> {
    /// How cards are mended, where that was asked for.
    fn mode(&self) -> Option<Mode> {
        let options = self.options;
        (options.fix || options.diff)
            .then_some(Mode { unsafe_fixes: options.unsafe_fixes, write: options.fix && !options.diff })
    }

    /// Audits all targets, writes their parts of the reports, and counts them.
    fn audit(
        &self,
        targets: &[Target],
        writers: &mut [Writer<Box<dyn Write>>],
        tally: &mut Tally,
        bar: Option<&ProgressBar>,
    ) -> anyhow::Result<()> {
        let Self { options, settings, renderers, threads, style } = self;
        let mode = self.mode();
        // A thread pool costs more than a single card.
        let pool = match targets.len() {
            0 | 1 => None,
            _ if *threads == 1 => None,
            _ => Some(rayon::ThreadPoolBuilder::new().num_threads(*threads).build().context("cannot start threads")?),
        };
        for batch in targets.chunks(BATCH) {
            let work = |target: &Target| {
                let audit = || one(target, settings, renderers, mode, options.write_baseline.as_deref());
                guarded(audit).unwrap_or_else(Done::Failed)
            };
            let results: Vec<Done> = match &pool {
                None => batch.iter().map(work).collect(),
                Some(pool) => pool.install(|| batch.par_iter().map(work).collect()),
            };
            for (target, result) in batch.iter().zip(results) {
                tally.add(target, result, writers, options, style)?;
            }
            if let Some(bar) = bar {
                bar.inc(batch.len() as u64);
            }
        }
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        Ok(())
    }
}

/// Refuses options that have no use together, and to write over what is read.
fn refuse(options: &AuditOptions, config: &Config, settings: &Settings, targets: &[Target]) -> anyhow::Result<()> {
    for path in options.output.iter().chain(options.report.iter().map(|(_, path)| path)).chain(&options.write_baseline)
    {
        spare(path, targets)?;
    }
    if settings.rules.is_empty() {
        bail!("no rule is left to run: what is selected is ignored, too");
    }
    if options.statistics && !format_of(options, config)?.is_human() {
        bail!("--statistics is for formats that people read: table, text and markdown");
    }
    if options.diff && (options.format.is_some() || options.output.is_some() || !options.report.is_empty()) {
        bail!("--diff replaces the report and cannot be combined with --format, --output or --report");
    }
    if options.unsafe_fixes && !(options.fix || options.diff) {
        bail!("--unsafe-fixes needs --fix or --diff");
    }
    if (options.fix || options.diff) && targets.iter().any(Target::is_foreign) {
        bail!("fixes are for your own files: what is on the Hub or in its cache is not changed");
    }
    Ok(())
}

/// What came of all targets.
#[derive(Default)]
struct Tally {
    summary: Summary,
    /// Findings that were mended, and cards that changed.
    mended: usize,
    changed: usize,
    /// Fixes that were held back.
    held: usize,
    /// Files that are no cards.
    passed: usize,
    /// Names of the cards.
    audited: Vec<String>,
    /// Entries of a new baseline.
    entries: Vec<Entry>,
}

impl Tally {
    /// Writes what came of a target, and counts it.
    fn add(
        &mut self,
        target: &Target,
        result: Done,
        writers: &mut [Writer<Box<dyn Write>>],
        options: &AuditOptions,
        style: &Style,
    ) -> anyhow::Result<()> {
        let (audit, parts) = match result {
            Done::Card(audit, parts) => (audit, parts),
            Done::NoCard => {
                self.passed += usize::from(target.remote.is_none());
                if options.verbose {
                    talk("no card", target.repository());
                }
                return Ok(());
            }
            Done::Failed(reason) => {
                self.summary.errors.push((target.repository().to_owned(), reason));
                return Ok(());
            }
        };
        if options.verbose {
            talk("audited", &audit.name);
        }
        for (writer, part) in writers.iter_mut().zip(parts) {
            writer.add(part)?;
        }
        self.mended += audit.mended;
        if options.verbose && !audit.held.is_empty() {
            talk("held back", &format!("{}: {}", audit.name, audit.held.join(", ")));
        }
        self.held += audit.held.len();
        self.entries.extend(audit.entries);
        self.summary.errors.extend(audit.failures.into_iter().map(|reason| (target.name.clone(), reason)));
        self.changed += usize::from(!audit.changes.is_empty());
        for (name, before, after) in &audit.changes {
            if options.diff {
                print(&fix::diff(name, before, after, style, io::stdout().is_terminal()))?;
            } else if target.is_stdin() {
                print(after)?;
            }
        }
        if let Some(bytes) = audit.unchanged.as_ref().filter(|_| !options.diff) {
            io::stdout().write_all(bytes)?;
        }
        if let Some(rules) = &audit.circle {
            talk("warning", &format!("{}: fixes undo each other and were not applied: {rules}", audit.name));
        }
        self.summary.merge(audit.summary);
        self.audited.push(audit.name);
        Ok(())
    }

    /// Whether there was nothing to audit.
    fn is_empty(&self) -> bool {
        self.summary.cards == 0 && self.summary.errors.is_empty()
    }

    /// What the run ends with: by the findings that let it fail, unless a file could not be read.
    fn exit_code(&self, options: &AuditOptions, fail: FailOn) -> u8 {
        let severities = [Severity::Note, Severity::Warning, Severity::Error];
        let failed = match fail {
            _ if options.diff => self.changed > 0,
            _ if options.write_baseline.is_some() => false,
            FailOn::Never => false,
            FailOn::Severity(least) => severities.into_iter().any(|one| one >= least && self.summary.count(one) > 0),
        };
        match (self.summary.errors.is_empty(), failed) {
            (false, _) => EXIT_FAILED,
            (true, true) => EXIT_FINDINGS,
            (true, false) => EXIT_CLEAN,
        }
    }

    /// Tells what could not be read, and what is no card.
    fn tell(&self, options: &AuditOptions) {
        for (path, message) in &self.summary.errors {
            talk("error", &format!("{path}: {message}"));
        }
        // Who hands over a list of files does not wait for what becomes of each.
        if self.passed > 0 && !options.quiet && !options.only_cards {
            let hint = if options.verbose { "" } else { " (-v names them)" };
            let files = plural(self.passed, "file");
            talk("skipped", &format!("{files} without the metadata or wording of a card{hint}"));
        }
    }

    /// "3 findings mended in 2 cards".
    fn mended_words(&self, diff: bool) -> String {
        let verb = if diff { "would be fixed" } else { "fixed" };
        let back = match self.held {
            0 => String::new(),
            1 => "; 1 fix held back: it would cause worse findings (-v names them)".to_owned(),
            held => format!("; {held} fixes held back: they would cause worse findings (-v names them)"),
        };
        format!("{} {verb} in {}{back}", plural(self.mended, "finding"), plural(self.changed, "card"))
    }
}

/// Refuses to write over a card that is to be read.
///
/// # Errors
/// When it is one.
pub(super) fn spare(path: &Path, targets: &[Target]) -> anyhow::Result<()> {
    let Ok(whole) = std::fs::canonicalize(path) else { return Ok(()) };
    let cards = targets.iter().filter_map(|target| target.path.as_ref());
    // Few cards have the name of the file or are links: most are told apart without following their path.
    let mut named = cards.filter(|card| card.file_name() == whole.file_name() || card.is_symlink());
    if named.any(|card| std::fs::canonicalize(card).is_ok_and(|card| card == whole)) {
        bail!("{} is a card that is audited, and is not written over", path.display());
    }
    Ok(())
}

/// Tells of entries of the baseline that nothing is found for any more, and takes them out if that was asked for.
fn stale(known: &Baseline, audited: &[String], settings: &Settings, options: &AuditOptions) -> anyhow::Result<()> {
    // A rule that is gone from cardlint finds nothing any more.
    let ran = |name: &str, id: &str| rule::find(id).is_none_or(|rule| settings.rules_of(name).wants(rule));
    let stale = known.stale(audited, &options.paths, ran);
    if stale.is_empty() {
        return Ok(());
    }
    let count = if stale.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", stale.len()) };
    if options.prune_baseline {
        known.prune(&stale)?;
        talk("baseline", &format!("{count} removed: no longer found"));
    } else if !options.quiet {
        talk("baseline", &format!("{count} no longer found; --prune-baseline removes what is stale"));
    }
    Ok(())
}

/// Findings on exceptions of the policy that have no use, by the file that has them.
fn idle_exceptions(config: &Config, settings: &Settings, options: &AuditOptions) -> Vec<Audit> {
    let Some(policy) = &settings.policy else { return Vec::new() };
    // A run over a part of the cards does not tell what the others need.
    let whole = |path: &PathBuf| {
        let (Ok(path), Ok(folder)) = (std::fs::canonicalize(path), std::fs::canonicalize(&config.folder)) else {
            return false;
        };
        path.is_dir() && folder.starts_with(path)
    };
    let all = !options.only_cards && options.paths.iter().any(whole);
    let help = "Remove it, or set a new date";
    let files = config.idle_exceptions(policy, all).into_iter().map(|(source, idle)| {
        let notices =
            idle.into_iter().map(|(span, message)| ("license-policy-exception", span, message, help)).collect();
        engine::notices(SourceFile::new(source.name(), source.text()), notices, settings)
    });
    files.filter(|audit| !audit.findings.is_empty()).collect()
}

/// What remains of an audit once its reports are rendered.
#[derive(Default)]
struct Counted {
    name: String,
    summary: Summary,
    /// Findings that fixes have mended.
    mended: usize,
    /// Name, old and new text of the files that they change.
    changes: Vec<(String, String, String)>,
    /// The bytes of standard input, where fixes change nothing.
    unchanged: Option<Vec<u8>>,
    /// Rules whose fixes undo each other.
    circle: Option<String>,
    /// The rules of fixes that were held back, each with a rule of which they would bring findings.
    held: Vec<String>,
    /// What a new baseline holds of it.
    entries: Vec<Entry>,
    /// Files of a repository on the Hub that could not be read, and fixes that could not be written.
    failures: Vec<String>,
}

enum Done {
    Card(Box<Counted>, Vec<Part>),
    NoCard,
    Failed(String),
}

/// Reads, audits and renders one target.
fn one(
    target: &Target,
    settings: &Settings,
    renderers: &[Renderer],
    mode: Option<Mode>,
    baseline: Option<&Path>,
) -> Done {
    let mended = match mode {
        Some(mode) => fix::mend(target, settings, mode),
        None => read_and_audit(target, settings).map(|audit| audit.map(Mended::of)),
    };
    match mended {
        Err(reason) => Done::Failed(reason),
        Ok(None) => Done::NoCard,
        Ok(Some(mended)) => {
            let parts = renderers.iter().map(|(format, style)| format.card(&mended.audit, style)).collect();
            let counted = Counted {
                mended: mended.count,
                changes: mended.files,
                unchanged: mended.unchanged,
                circle: mended.circle,
                held: mended.held,
                failures: (target.remote.as_ref().map(|remote| remote.failures()).unwrap_or_default().into_iter())
                    .chain(mended.unwritten)
                    .collect(),
                entries: baseline.map(|file| baseline::entries(file, &mended.audit)).unwrap_or_default(),
                ..count(&mended.audit)
            };
            Done::Card(Box::new(counted), parts)
        }
    }
}

/// Reads and audits one target; `None` when it was found by walking and is no card.
///
/// # Errors
/// Why the file cannot be read.
pub(super) fn read_and_audit(target: &Target, settings: &Settings) -> Result<Option<Audit>, String> {
    Ok(read_bytes(target)?.and_then(|bytes| audit_bytes(target, settings, bytes)))
}

/// Audits a target whose text is given; `None` when it was found by walking and is no card.
pub(super) fn audit_bytes(target: &Target, settings: &Settings, bytes: Vec<u8>) -> Option<Audit> {
    let files = target.files();
    let (kind, home) = target.place();
    let input = Input { name: target.name.clone(), bytes, kind, home, files: files.as_deref() };
    engine::audit(input, settings, !(target.explicit || target.absent))
}

/// The bytes of a target; `None` for a repository on the Hub that was found by listing and has no card.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read_bytes(target: &Target) -> Result<Option<Vec<u8>>, String> {
    if let Some(remote) = &target.remote {
        return remote.card();
    }
    if target.absent {
        return Ok(Some(Vec::new()));
    }
    let bytes = match &target.path {
        None => read_limited(io::stdin().lock(), 0),
        Some(path) => read_file(path),
    };
    bytes.map(Some).map_err(|error| reason(&error))
}

fn count(audit: &Audit) -> Counted {
    let mut summary = Summary::default();
    summary.add(audit);
    Counted { name: audit.name().to_owned(), summary, ..Counted::default() }
}

pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let meta = file.metadata()?;
    if meta.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { read_limited(file, meta.len()) }
}

/// All bytes, about `size` of them, unless there are more than cardlint reads.
pub(super) fn read_limited(mut from: impl Read, size: u64) -> io::Result<Vec<u8>> {
    // One more, so that the end is seen without asking for more room.
    let size = usize::try_from(size.min(MAX_BYTES)).unwrap_or(0) + 1;
    let mut bytes = Vec::with_capacity(size);
    from.by_ref().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("is larger than {} MiB, the most that is read of a card", MAX_BYTES / 1024 / 1024),
        ));
    }
    Ok(bytes)
}

/// What turns an audit into text, and what writes that text, in the same order.
type Outputs = (Vec<Renderer>, Vec<Writer<Box<dyn Write>>>);

/// The format of what is shown.
fn format_of(options: &AuditOptions, config: &Config) -> anyhow::Result<Format> {
    match (options.format, &config.format) {
        (Some(format), _) => Ok(format),
        (None, Some(name)) => Format::from_name(name).ok_or_else(|| anyhow!("configuration: unknown format `{name}`")),
        (None, None) => Ok(Format::Table),
    }
}

fn outputs(
    options: &AuditOptions,
    config: &Config,
    settings: &Settings,
    global: &Global,
    stdin: bool,
    fail: FailOn,
) -> anyhow::Result<Outputs> {
    let format = format_of(options, config)?;
    let here = std::env::current_dir().unwrap_or_default();
    // What a server shows beside a file is named from the top of what it has checked out.
    let top = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].into_iter().find_map(std::env::var_os).map(PathBuf::from);
    let top = top.and_then(|top| std::fs::canonicalize(top).ok());
    let whole = std::fs::canonicalize(&here).unwrap_or_else(|_| here.clone());
    let below = top.as_ref().and_then(|top| whole.strip_prefix(top).ok()).map(discover::slashed).unwrap_or_default();
    let here = if below.is_empty() { here } else { top.unwrap_or(here) };
    let run = Run {
        profile: settings.rules.profile(),
        root_uri: format!("file://{}/", safe::uri_path(here.to_string_lossy().trim_end_matches('/'))),
        statistics: options.statistics,
    };
    let file = |path: &Path| -> anyhow::Result<Box<dyn Write>> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Box::new(BufWriter::new(file)))
    };
    let (mut renderers, mut writers) = (Vec::new(), Vec::new());
    let (style, writer): (Style, Box<dyn Write>) = match &options.output {
        Some(path) if path.as_os_str() != "-" => (Style::default(), file(path)?),
        // Standard output is for the mended text.
        _ if options.fix && stdin => (Style::default(), Box::new(io::stderr())),
        _ => (stdout_style(global.color), Box::new(BufWriter::new(io::stdout().lock()))),
    };
    let fails = match fail {
        FailOn::Severity(least) => Some(least),
        FailOn::Never => None,
    };
    let style = Style { silenced: options.show_suppressed, fails, below: below.clone(), ..style };
    // Who writes a baseline knows that there is much to read.
    if options.write_baseline.is_none() || options.format.is_some() || options.output.is_some() {
        renderers.push((format, style.clone()));
        writers.push(Writer::new(format, style, run.clone(), writer));
    }
    let mut taken: Vec<Option<PathBuf>> = options.output.as_deref().map(real).into_iter().collect();
    for (format, path) in &options.report {
        if path.as_os_str() == "-" {
            bail!("--report writes files; --format says what goes to standard output");
        }
        let whole = real(path);
        if whole.is_some() && taken.contains(&whole) {
            bail!("two reports cannot both be written to {}", path.display());
        }
        taken.push(whole);
        let style = Style { silenced: options.show_suppressed, fails, below: below.clone(), ..Style::default() };
        renderers.push((*format, style.clone()));
        writers.push(Writer::new(*format, style, run.clone(), file(path)?));
    }
    Ok((renderers, writers))
}

fn progress(options: &AuditOptions, targets: usize, long: usize) -> Option<ProgressBar> {
    let wanted = !options.quiet && !options.no_progress && targets > long && io::stderr().is_terminal();
    wanted.then(|| {
        let bar = indicatif::ProgressBar::new(targets as u64);
        if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left") {
            bar.set_style(style);
        }
        bar
    })
}
