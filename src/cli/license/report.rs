//! `cardlint license report`: a line a card, for people who clear rights.

use anyhow::bail;
use serde_json::{Value, json};

use super::DISCLAIMER;
use crate::cli::args::{Global, LicenseReport, ReportFormat};
use crate::cli::discover::{self, Globs};
use crate::cli::hub::Online;
use crate::cli::repositories::Repositories;
use crate::cli::{
    EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, audit, config, deliver, guarded, packs, page_style, settings, talk,
};
use crate::engine::{Audit, Settings};
use crate::license::Verdict;
use crate::report::{SCHEMA_VERSION, Style, licenses, plural};
use crate::rule::Severity;
use crate::text::safe;

pub(super) fn report(options: &LicenseReport, global: &Global) -> anyhow::Result<u8> {
    let config = config::of(&options.configured, &options.paths, options.search.only_cards)?;
    packs::install(&config.packs())?;
    config.check()?;
    let globs = Globs::new(&config.files, &config.folder)?;
    let online = Online::new(options.online)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found = discover::find(&options.paths, "README.md", &globs, threads, options.search.only_cards, &online);
    options.output.as_deref().map_or(Ok(()), |path| audit::spare(path, &found.targets))?;
    let known = Repositories::of(&config, &options.license_of, options.no_hub_cache, &found.targets, online.clone())?;
    let policy = config.policy(settings::today())?;
    let has_policy = policy.is_some();
    let settings = Settings { lookup: Some(Box::new(known)), policy, ..Settings::default() };
    let (mut audits, mut passed) = (Vec::new(), 0);
    let mut errors = found.errors;
    for target in &found.targets {
        match guarded(|| audit::read_and_audit(target, &settings)).and_then(|read| read) {
            Ok(Some(audit)) => audits.push(audit),
            Ok(None) => {
                passed += 1;
                if options.search.verbose {
                    talk("no card", &target.name);
                }
            }
            Err(reason) => errors.push((target.name.clone(), reason)),
        }
    }
    // A table about nothing looks like a result.
    let search = &options.search;
    if audits.is_empty() && errors.is_empty() && !search.only_cards && !search.allow_empty {
        bail!("no model or dataset card found; name a file to read it anyway, or pass --allow-empty");
    }
    let text = match options.format {
        ReportFormat::Json => {
            let list: Vec<Value> = audits.iter().map(report_json).collect();
            serde_json::to_string_pretty(&json!({ "schema_version": SCHEMA_VERSION, "repositories": list }))? + "\n"
        }
        ReportFormat::Csv => {
            let rows: String = audits.iter().map(|audit| safe::csv(&licenses::row(audit))).collect();
            licenses::csv_head() + &rows
        }
        ReportFormat::Markdown => {
            let rows: String = audits.iter().map(|audit| licenses::markdown(&licenses::row(audit))).collect();
            format!("{}{rows}\n{DISCLAIMER}\n", licenses::markdown_head())
        }
        ReportFormat::Table => {
            let cell = |cell: &String| safe::line(cell).into_owned();
            // The addresses of the texts do not fit beside the rest, and without a policy it says nothing.
            let shown = licenses::COLUMNS.len() - if has_policy { 1 } else { 2 };
            let cells: Vec<Vec<String>> =
                audits.iter().map(|audit| licenses::row(audit)[..shown].iter().map(cell).collect()).collect();
            let style = page_style(global.color, options.output.as_deref());
            let width = |cells: &Vec<String>| cells.iter().map(|cell| cell.chars().count() + 3).sum::<usize>();
            let table = if style.width < usize::MAX && cells.iter().any(|cells| width(cells) > style.width) {
                cells.iter().map(|cells| block(cells, &style)).collect()
            } else {
                crate::report::plain_table(&licenses::COLUMNS[..shown], &cells, &style)
            };
            format!("{table}{}\n{DISCLAIMER}\n", counts(&audits))
        }
    };
    // JSON keeps its meaning with the unsafe characters escaped; the other forms have none left.
    let shown =
        if matches!(options.format, ReportFormat::Json) { safe::json(&text) } else { safe::workflow_log(&text) };
    if !audits.is_empty() {
        deliver(&shown, options.output.as_deref())?;
    }
    for (path, reason) in &errors {
        talk("error", &format!("{path}: {reason}"));
    }
    if passed > 0 && !search.quiet && !search.only_cards {
        let hint = if search.verbose { "" } else { " (-v names them)" };
        let files = plural(passed, "file");
        talk("skipped", &format!("{files} without the metadata or wording of a card{hint}"));
    }
    let fails = |audit: &Audit, least: Verdict| {
        let denied = audit.findings.iter().any(|f| f.rule.id == "license-policy" && f.severity == Severity::Error);
        audit.verdict >= Some(least) || !licenses::unmet(audit).is_empty() || denied
    };
    let failed = options.fail_on.0.is_some_and(|least| audits.iter().any(|audit| fails(audit, least)));
    Ok(match (errors.is_empty(), failed) {
        (false, _) => EXIT_FAILED,
        (true, true) => EXIT_FINDINGS,
        (true, false) => EXIT_CLEAN,
    })
}

/// Columns of the names before the values of a block.
const NAMES: usize = 14;

/// One card as lines, for screens that are narrower than a row: the verdict beside the name, each reason on a line of its
/// own.
fn block(cells: &[String], style: &Style) -> String {
    let value = |name: &str| {
        let at = licenses::COLUMNS.iter().position(|column| *column == name);
        at.and_then(|at| cells.get(at)).map_or("", String::as_str)
    };
    let verdict = Some(value("Verdict")).filter(|verdict| !verdict.is_empty()).unwrap_or("no verdict");
    let mut out = format!("{}: {verdict}\n", style.paint("1", value("Repository")));
    let indent = " ".repeat(2 + NAMES);
    for name in ["Declared", "Class", "Derives from", "Reason", "Policy"] {
        let mut parts = value(name).split(if name == "Derives from" { "), " } else { "; " }).peekable();
        let mut first = true;
        while let Some(part) = parts.next().filter(|part| !part.is_empty()) {
            let closed = name == "Derives from" && parts.peek().is_some();
            let label = if first { name } else { "" };
            let text = format!("  {label:NAMES$}{part}{}", if closed { ")" } else { "" });
            let wrap = textwrap::Options::new(style.width.max(40)).subsequent_indent(&indent).break_words(false);
            let wrap = wrap.word_splitter(textwrap::WordSplitter::NoHyphenation);
            out.push_str(&textwrap::fill(&text, wrap));
            out.push('\n');
            first = false;
        }
    }
    out.push('\n');
    out
}

/// "62 ok, 35 unknown, 193 that derive from nothing that is named".
fn counts(audits: &[Audit]) -> String {
    let mut counted: Vec<(Option<Verdict>, usize)> = Vec::new();
    for verdict in audits.iter().map(|audit| audit.verdict) {
        match counted.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, count)) => *count += 1,
            None => counted.push((verdict, 1)),
        }
    }
    counted.sort_by(|(one, _), (other, _)| other.cmp(one));
    let words = |(verdict, count): &(Option<Verdict>, usize)| match verdict {
        Some(verdict) => format!("{count} {}", verdict.as_str()),
        None => format!("{count} without a named base model or dataset"),
    };
    format!("{}: {}", plural(audits.len(), "card"), counted.iter().map(words).collect::<Vec<_>>().join(", "))
}

fn report_json(audit: &Audit) -> Value {
    let license = audit.license.as_ref();
    json!({
        "path": audit.name(),
        "kind": audit.kind.as_str(),
        "declared": license.map(|license| &license.declared),
        "expression": license.and_then(|license| license.expression.as_ref()),
        "classes": license.iter().flat_map(|license| &license.classes).map(|class| class.as_str()).collect::<Vec<_>>(),
        "verdict": audit.verdict.map(Verdict::as_str),
        "unmet": licenses::unmet(audit),
        "policy": licenses::policy(audit),
        "lineage": audit.lineage.iter().map(|base| json!({
            "name": base.name, "role": base.role.as_str(), "relation": base.relation_word(), "license": base.license,
            "origin": base.origin, "certain": base.certain, "behind": base.behind, "reason": base.reason,
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_for_narrow_screens() {
        let cells =
            ["acme/chat", "mit", "MIT", "permissive", "a/b (MIT), c/d (unknown)", "review", "one; two and three"];
        let style = Style { width: 44, ..Style::default() };
        let shown = block(&cells.map(str::to_owned), &style);
        let lines = [
            "acme/chat: review",
            "  Declared      mit",
            "  Class         permissive",
            "  Derives from  a/b (MIT)",
            "                c/d (unknown)",
            "  Reason        one",
            "                two and three",
            "",
            "",
        ];
        assert_eq!(shown.split('\n').collect::<Vec<_>>(), lines);
    }
}
