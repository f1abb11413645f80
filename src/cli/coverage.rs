//! `cardlint coverage`, `framework`, `openness` and `topic`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use serde_json::{Value, json};

use super::args::{
    ConfigOptions, Coverage, CoverageFormat, Global, OpennessFormat, OpennessOptions, PageFormat, Search,
};
use super::audit::{read_bytes, spare};
use super::config::{self, Config};
use super::discover::{self, Globs};
use super::hub::Online;
use super::{EXIT_CLEAN, EXIT_FAILED, deliver, guarded, packs, page_style, print, talk};
use crate::card::{self, Card, FaultKind, Kind, Siblings};
use crate::checks::repository::secrets::without_secrets;
use crate::disclosure;
use crate::disclosure::framework::{Fit, Framework, answers, by_openness, frameworks};
use crate::disclosure::openness::{Freedom, Part, openness as read_openness};
use crate::facts::{self, is_free, license_span};
use crate::license::{Nothing, Verdict};
use crate::report::coverage::{self, Lines, Sheet};
use crate::report::openness::{self as report, Leaf};
use crate::report::plural;
use crate::repository::Repository;
use crate::text::{SourceFile, Span, Unit, head, safe, suggest};

/// The frameworks that are shown when none is named: the card's own, and the questions on bias.
const USUAL: &[&str] = &["hf-template", "bias-profile"];

fn chosen(ids: &[String]) -> anyhow::Result<Vec<&'static Framework>> {
    let mut found = Vec::new();
    let usual = || USUAL.iter().map(|id| (*id).to_owned()).collect();
    let ids: Vec<String> = if ids.is_empty() { usual() } else { ids.to_vec() };
    for id in &ids {
        for framework in known(id).map_err(|error| anyhow!("{error}; `cardlint framework` lists them"))? {
            if found.iter().all(|known: &&Framework| known.id != framework.id) {
                found.push(framework);
            }
        }
    }
    Ok(found)
}

/// The framework with this id, or all of them for `all`.
///
/// # Errors
/// When there is none, with the nearest id.
pub(super) fn known(id: &str) -> Result<&'static [Framework], String> {
    let id = id.trim();
    if id == "all" {
        return Ok(frameworks());
    }
    let at = frameworks().iter().position(|framework| framework.id == id).ok_or_else(|| {
        let near = suggest::nearest(id, frameworks().iter().map(|framework| framework.id.as_str()));
        let begun: Vec<&str> =
            frameworks().iter().map(|framework| framework.id.as_str()).filter(|known| is_part(id, known)).collect();
        let hint = match near {
            Some(near) => format!("; did you mean `{near}`?"),
            None if begun.is_empty() => String::new(),
            None => format!("; there are {}", begun.join(", ")),
        };
        format!("there is no framework `{id}`{hint}")
    })?;
    Ok(&frameworks()[at..=at])
}

/// Whether an id has a word that begins as another one does: `eu` and `annex` are parts of `eu-annex-xi`.
fn is_part(word: &str, id: &str) -> bool {
    !word.is_empty() && id.split('-').any(|part| part.starts_with(word)) || id.starts_with(word) && word.len() > 1
}

/// The configuration for some paths.
fn configured(options: &ConfigOptions, paths: &[PathBuf], only_cards: bool) -> anyhow::Result<Config> {
    let config = config::of(options, paths, only_cards)?;
    packs::install(&config.packs())?;
    config.check()?;
    Ok(config)
}

/// Runs `coverage`; gives the exit code.
///
/// # Errors
/// When a framework is unknown, or standard output fails.
pub fn run(options: &Coverage, global: &Global) -> anyhow::Result<u8> {
    let config = configured(&options.configured, &options.paths, options.search.only_cards)?;
    let asked = if options.framework.is_empty() { &config.frameworks } else { &options.framework };
    let chosen = chosen(asked)?;
    let is_named = |framework: &Framework| asked.is_empty() || asked.iter().any(|id| id.trim() == framework.id);
    let mut sheets = Vec::new();
    let asked = Asked {
        paths: &options.paths,
        config: &config,
        search: &options.search,
        online: options.online,
        output: options.output.as_deref(),
    };
    let seen = each(&asked, |name, source, card, files| {
        let reading = disclosure::read_page(card);
        let openness = read_openness(&reading, freedom(card), files);
        for framework in &chosen {
            // Who asks for all frameworks asks for those that apply.
            let waived =
                framework.excludes(&reading).filter(|_| !is_named(framework)).map(|reason| framework.waived(&reason));
            let answers = waived.unwrap_or_else(|| {
                let mut answers = answers(framework, card, &reading);
                by_openness(&mut answers, &openness);
                answers
            });
            let answers = answers.into_iter().map(|answer| {
                let mut places: Vec<Lines> = answer.evidence.iter().map(|span| lines_of(source, *span)).collect();
                let mut seen = HashSet::new();
                places.retain(|place| seen.insert(place.first));
                (answer, places)
            });
            sheets.push(Sheet { card: name.to_owned(), framework, answers: answers.collect() });
        }
    })?;
    let text = match options.format {
        CoverageFormat::Table => coverage::table(&sheets, &page_style(global.color, options.output.as_deref())),
        CoverageFormat::Csv => coverage::csv(&sheets),
        CoverageFormat::Markdown => coverage::markdown(&sheets),
        CoverageFormat::Html => coverage::html(&sheets),
        CoverageFormat::Json => {
            safe::json(&(serde_json::to_string_pretty(&coverage::json(&sheets))? + "\n")).into_owned()
        }
    };
    let shown = if matches!(options.format, CoverageFormat::Json) { text.into() } else { safe::workflow_log(&text) };
    finish(&shown, options.output.as_deref(), sheets.is_empty(), &options.search, &seen)
}

/// Characters of a place that are quoted.
const QUOTED: usize = 160;

/// The lines of a place, and how it reads.
fn lines_of(source: &SourceFile, span: Span) -> Lines {
    let first = line_of(source, span);
    // Of a field, its value, too.
    let behind = &source.text()[span.end as usize..];
    let end = if behind.starts_with(':') { behind.find('\n').unwrap_or(behind.len()) } else { 0 };
    let place = &source.text()[span.start as usize..span.end as usize + end];
    let words: Vec<&str> = head(place, 4 * QUOTED).split_whitespace().collect();
    let text = words.join(" ");
    let end = text.char_indices().nth(QUOTED).map(|(end, _)| end);
    let text = end.map_or_else(|| text.clone(), |end| format!("{}…", &text[..end]));
    Lines { first, last: source.location(span, Unit::CodePoint).1.line.max(first), text }
}

/// The line of the first word of a place; of a listing that behind the fence.
fn line_of(source: &SourceFile, span: Span) -> usize {
    let text = source.slice(span);
    let fence = text.starts_with("```") || text.starts_with("~~~");
    let inner = text.find('\n').filter(|end| fence && end + 1 < text.len()).map_or(0, |end| end + 1);
    let inner = text[inner..].find(char::is_alphanumeric).map_or(inner, |word| inner + word);
    source.location(Span::at(span.start as usize + inner), Unit::CodePoint).0.line
}

/// What became of the files that were looked at.
#[derive(Default)]
struct Seen {
    /// What could not be read: path and reason.
    errors: Vec<(String, String)>,
    /// Files that are no model cards.
    passed: usize,
    /// Of them, those that were asked for by name and are cards of data.
    data: Vec<String>,
}

/// What is to be read.
struct Asked<'a> {
    paths: &'a [PathBuf],
    config: &'a Config,
    search: &'a Search,
    online: bool,
    /// The file that is written, which no card may be.
    output: Option<&'a Path>,
}

/// Reads every model card under the paths.
fn each(asked: &Asked<'_>, mut see: impl FnMut(&str, &SourceFile, &Card<'_>, &[String])) -> anyhow::Result<Seen> {
    let globs = Globs::new(&asked.config.files, &asked.config.folder)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let online = Online::new(asked.online)?;
    let found = discover::find(asked.paths, "README.md", &globs, threads, asked.search.only_cards, &online);
    asked.output.map_or(Ok(()), |path| spare(path, &found.targets))?;
    let mut seen = Seen { errors: found.errors, ..Seen::default() };
    for target in &found.targets {
        let bytes = match read_bytes(target) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(reason) => {
                seen.errors.push((target.name.clone(), reason));
                continue;
            }
        };
        let (text, faults) = card::decode(bytes);
        // Nothing is left of it to be read, which would look as if it disclosed nothing.
        let unread = |kind: FaultKind| match kind {
            FaultKind::Utf16 { front_matter } => front_matter || target.explicit,
            _ => false,
        };
        if let Some(fault) = faults.iter().find(|fault| unread(fault.kind)) {
            seen.errors.push((target.name.clone(), fault.message.clone()));
            continue;
        }
        let read = guarded(|| {
            let source = SourceFile::new(target.name.clone(), without_secrets(text));
            let files = target.files();
            let list = || files.as_ref().map(|files| files.names("")).unwrap_or_default();
            let siblings = if files.is_some() { Siblings::new(&list) } else { Siblings::none() };
            let card = Card::read(&source, faults, siblings, target.place().0);
            let kind = Some(card.kind).filter(|_| target.explicit || card.is_card());
            if kind == Some(Kind::Model) {
                see(&target.name, &source, &card, card.siblings.names());
            }
            kind
        });
        match read {
            Ok(Some(Kind::Model)) => {}
            Ok(kind) => {
                seen.passed += 1;
                if asked.search.verbose {
                    talk("no model card", &target.name);
                }
                if kind == Some(Kind::Dataset) {
                    seen.data.push(target.name.clone());
                }
            }
            Err(reason) => seen.errors.push((target.name.clone(), reason)),
        }
    }
    Ok(seen)
}

fn finish(shown: &str, file: Option<&Path>, empty: bool, search: &Search, seen: &Seen) -> anyhow::Result<u8> {
    let wanted = !(search.only_cards || search.allow_empty);
    if let Some(name) = seen.data.first().filter(|_| empty && wanted && seen.errors.is_empty()) {
        let more = match seen.data.len() - 1 {
            0 => String::new(),
            more => format!(", and so for {}", plural(more, "more card")),
        };
        bail!("{} is a dataset card; this command reads model cards only{more}", safe::line(name));
    }
    // A page about nothing looks like a result.
    if empty && wanted && seen.errors.is_empty() {
        bail!("no model card found; name a file to read it anyway, or pass --allow-empty");
    }
    if !empty {
        deliver(shown, file)?;
    }
    for (path, reason) in &seen.errors {
        talk("error", &format!("{path}: {reason}"));
    }
    if seen.passed > 0 && !search.only_cards && !search.quiet {
        let hint = if search.verbose { "" } else { " (-v names them)" };
        talk("skipped", &format!("{}: not model cards{hint}", plural(seen.passed, "file")));
    }
    Ok(if seen.errors.is_empty() { EXIT_CLEAN } else { EXIT_FAILED })
}

/// What the licence leaves that is declared or that the text names, by itself and beside those of the base models as far
/// as the tables know them.
fn freedom(card: &Card<'_>) -> (Freedom, Span) {
    let parents = facts::descent::parents(card, &[], &Repository::default());
    let judged = || facts::assess(card, &parents, &Nothing).map(|known| known.judgement.verdict());
    let freedom = match is_free(card) {
        Some(true) if judged() >= Some(Verdict::ObligationLost) => Freedom::Disputed,
        Some(true) if judged() == Some(Verdict::Unknown) => Freedom::Unjudged,
        Some(true) if facts::restrictions::noncommercial(card).is_some() => Freedom::Contradicted,
        Some(true) => Freedom::Free,
        Some(false) => Freedom::Restricted,
        None => Freedom::Unknown,
    };
    (freedom, facts::named(card).1.unwrap_or_else(|| license_span(card)))
}

/// Runs `openness`; gives the exit code.
///
/// # Errors
/// When standard output fails.
pub fn openness(options: &OpennessOptions, global: &Global) -> anyhow::Result<u8> {
    let mut leaves = Vec::new();
    let asked = Asked {
        paths: &options.paths,
        config: &configured(&options.configured, &options.paths, options.search.only_cards)?,
        search: &options.search,
        online: options.online,
        output: options.output.as_deref(),
    };
    let seen = each(&asked, |name, source, card, files| {
        let openness = read_openness(&disclosure::read_page(card), freedom(card), files);
        let line = |part: &Part| part.evidence.map(|span| line_of(source, span));
        let lines = openness.components.iter().chain(&openness.elements).map(line).collect();
        leaves.push(Leaf { card: name.to_owned(), openness, lines });
    })?;
    let text = match options.format {
        OpennessFormat::Table => report::table(&leaves, &page_style(global.color, options.output.as_deref())),
        OpennessFormat::Markdown => report::markdown(&leaves),
        OpennessFormat::Json => {
            safe::json(&(serde_json::to_string_pretty(&report::json(&leaves))? + "\n")).into_owned()
        }
    };
    let shown = if matches!(options.format, OpennessFormat::Json) { text.into() } else { safe::workflow_log(&text) };
    finish(&shown, options.output.as_deref(), leaves.is_empty(), &options.search, &seen)
}

/// Runs `framework`; gives the exit code.
///
/// # Errors
/// When the id is unknown, or standard output fails.
pub fn show(id: Option<&str>, format: PageFormat) -> anyhow::Result<u8> {
    let chosen: Vec<&Framework> = match id {
        Some(id) => chosen(&[id.to_owned()])?,
        None => frameworks().iter().collect(),
    };
    let sure = |framework: &Framework| framework.requirements.iter().filter(|requirement| requirement.verified).count();
    match format {
        PageFormat::Json => {
            let list: Vec<Value> = chosen
                .iter()
                .map(|framework| {
                    let requirements: Vec<Value> = (framework.requirements.iter())
                        .map(|requirement| {
                            json!({
                                "id": requirement.id, "title": requirement.title, "level": requirement.level,
                                "topics": requirement.topics, "verified": requirement.verified,
                                "fit": requirement.fit.as_str(), "beyond": requirement.beyond,
                                "checkable": requirement.checkable && requirement.fit != Fit::None, "note": requirement.note,
                            })
                        })
                        .collect();
                    json!({
                        "id": framework.id, "name": framework.name, "version": framework.version,
                        "source": framework.source, "applies": framework.applies, "requirements": requirements,
                    })
                })
                .collect();
            print(&(serde_json::to_string_pretty(&list)? + "\n"))?;
        }
        PageFormat::Table => {
            let mut out = String::new();
            for framework in &chosen {
                let (count, sure) = (framework.requirements.len(), sure(framework));
                out.push_str(&format!("{:22} {sure:3} of {count:3} verified  {}\n", framework.id, framework.name));
                if id.is_some() {
                    out.push_str(&format!(
                        "  version {}\n  source  {}\n  applies to {}\n",
                        framework.version, framework.source, framework.applies
                    ));
                    for requirement in &framework.requirements {
                        let mark = if requirement.verified { "" } else { " (not verified)" };
                        let beyond = requirement.beyond.as_deref().unwrap_or_default();
                        let fit = match requirement.fit {
                            Fit::Exact => String::new(),
                            Fit::Part if requirement.answered_by.is_some() => format!("; answered with {beyond}"),
                            Fit::Part => format!("; answered in part at most: {beyond}"),
                            Fit::Near | Fit::None => format!("; not looked for: {beyond}"),
                        };
                        out.push_str(&format!(
                            "  {:24} {:6} {}{mark}{fit}\n",
                            requirement.id, requirement.level, requirement.title
                        ));
                    }
                }
            }
            print(&out)?;
        }
    }
    Ok(EXIT_CLEAN)
}

/// Runs `topic`; gives the exit code.
///
/// # Errors
/// When there is no such topic, or standard output fails.
pub fn topic(id: Option<&str>) -> anyhow::Result<u8> {
    let all = disclosure::topics();
    let Some(id) = id else {
        let width = all.iter().map(|topic| topic.id.len()).max().unwrap_or(0);
        let lines = all.iter().map(|topic| format!("{:width$}  {}\n", topic.id, topic.definition));
        print(&lines.collect::<String>())?;
        return Ok(EXIT_CLEAN);
    };
    let Some(topic) = all.iter().find(|topic| topic.id == id) else {
        let group: Vec<&str> =
            all.iter().map(|topic| topic.id.as_str()).filter(|known| known.split('.').next() == Some(id)).collect();
        if !group.is_empty() {
            bail!("`{id}` is a group of topics: {}", group.join(", "));
        }
        let near = suggest::nearest(id, all.iter().map(|topic| topic.id.as_str()));
        let hint =
            near.map_or_else(|| "; `cardlint topic` lists them".to_owned(), |near| format!("; did you mean `{near}`?"));
        bail!("there is no topic `{id}`{hint}");
    };
    let mut out = format!("{}: {}\n\nanswered when it has: {}\n", topic.id, topic.definition, topic.substantive);
    let keys: Vec<&str> = topic.declared.iter().chain(&topic.front_matter).map(String::as_str).collect();
    if !keys.is_empty() {
        out.push_str(&format!("front matter: {}\n", keys.join(", ")));
    }
    let asking = frameworks().iter().flat_map(|framework| {
        let requirements =
            framework.requirements.iter().filter(|requirement| requirement.topics.iter().any(|of| of == id));
        requirements
            .map(move |requirement| format!("  {}: {} ({})\n", framework.name, requirement.title, requirement.id))
    });
    let asking: String = asking.collect();
    if !asking.is_empty() {
        out.push_str(&format!("asked for by:\n{asking}"));
    }
    print(&out)?;
    Ok(EXIT_CLEAN)
}
