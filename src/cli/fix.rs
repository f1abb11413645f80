//! `--fix` and `--diff`: edits of findings applied to their files.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::audit::{audit_bytes, read_bytes, read_file};
use super::discover::{Target, reason};
use crate::card::Status;
use crate::checks::repository::secrets::without_secrets;
use crate::engine::{Audit, Settings};
use crate::report::Style;
use crate::rule::{Edit, Finding, Safety, Severity};
use crate::text::safe;

/// Rounds after which something goes in circles.
const MAX_ROUNDS: usize = 30;

/// What is mended, and whether it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode {
    /// Fixes that a person should look at, too.
    pub(super) unsafe_fixes: bool,
    /// Write the files; otherwise only say what would change.
    pub(super) write: bool,
}

/// A card after its fixes.
pub(super) struct Mended {
    /// The audit of what it is now.
    pub(super) audit: Audit,
    /// How many findings were mended.
    pub(super) count: usize,
    /// Name, old text and new text of each file that changes.
    pub(super) files: Vec<(String, String, String)>,
    /// The bytes of standard input, where nothing changes.
    pub(super) unchanged: Option<Vec<u8>>,
    /// Fixes that undo each other, by their rules.
    pub(super) circle: Option<String>,
    /// The rules of fixes that were held back, each with a rule of which they would bring findings.
    pub(super) held: Vec<String>,
    /// Why a file could not be written; the findings are those of what was read.
    pub(super) unwritten: Option<String>,
}

/// Mends one target; `None` when it is no card.
///
/// # Errors
/// Why the file cannot be read.
pub(super) fn mend(target: &Target, settings: &Settings, mode: Mode) -> Result<Option<Mended>, String> {
    let Some(bytes) = read_bytes(target)? else { return Ok(None) };
    let Some(mut audit) = audit_bytes(target, settings, bytes.clone()) else { return Ok(None) };
    // What is not UTF-8 was read with repairs, so that places in it mean nothing in the file. The text of the
    // audit is for reports, and may lack secrets.
    let before = match String::from_utf8(bytes) {
        Ok(before) => before,
        Err(error) => {
            let unchanged = target.is_stdin().then(|| error.into_bytes());
            return Ok(Some(Mended { unchanged, ..Mended::of(audit) }));
        }
    };
    let mut files = Vec::new();
    let mut count = 0;
    for file in 1..audit.sources.len() {
        let source = &audit.sources[file];
        // Not UTF-8, and read with repairs, likewise.
        let there = companion(target, source.name()).and_then(|path| read_file(&path).ok());
        if there.is_none_or(|there| there != source.text().as_bytes()) {
            continue;
        }
        let (text, mended) = round(source.text(), audit.findings.iter(), file, mode);
        if !mended.is_empty() {
            count += mended.len();
            files.push((source.name().to_owned(), source.text().to_owned(), text));
        }
    }
    let (mut text, mut seen, mut circle) = (before.clone(), HashSet::new(), None);
    // Fixes that would bring findings of other rules, by their fingerprints.
    let mut held: HashSet<String> = HashSet::new();
    let mut kept: Vec<String> = Vec::new();
    let again = |text: &str| audit_bytes(target, settings, text.as_bytes().to_vec());
    let harm = Harm::of(target, settings);
    for _ in 0..MAX_ROUNDS {
        seen.insert(text.clone());
        let wanted: Vec<&Finding> =
            audit.findings.iter().filter(|finding| !held.contains(&finding.fingerprint)).collect();
        let (next, mended) = round(&text, wanted.iter().copied(), 0, mode);
        if mended.is_empty() {
            break;
        }
        if seen.contains(&next) {
            let rules: Vec<&str> = mended.iter().map(|finding| finding.rule.id.as_str()).collect();
            circle = Some(rules.join(", "));
            break;
        }
        let Some((next, after, more)) = settled(&audit, next, mode, &again) else { break };
        let least = mended.iter().map(|finding| finding.severity).min();
        if harm.done(&text, &audit, &next, &after, least).is_some() {
            // One of them does: each is tried alone, and those that do are held back.
            let harmful = mended.iter().filter(|finding| {
                let (alone, _) = round(&text, std::iter::once(**finding), 0, mode);
                settled(&audit, alone, mode, &again).is_none_or(|(alone, after, _)| {
                    harm.done(&text, &audit, &alone, &after, Some(finding.severity)).is_some()
                })
            });
            let harmful: Vec<&&Finding> = harmful.collect();
            let most = mended.iter().map(|finding| finding.severity).max();
            let together = harmful.is_empty() && harm.done(&text, &audit, &next, &after, most).is_some();
            let harmful = if together { mended.iter().collect() } else { harmful };
            if harmful.is_empty() {
                count += mended.len() + more;
                text = next;
                audit = after;
                continue;
            }
            held.extend(harmful.iter().map(|finding| finding.fingerprint.clone()));
            kept.extend(harmful.iter().map(|finding| {
                let (alone, _) = round(&text, std::iter::once(**finding), 0, mode);
                let after = settled(&audit, alone, mode, &again);
                let brought = after
                    .as_ref()
                    .and_then(|(alone, after, _)| harm.done(&text, &audit, alone, after, Some(finding.severity)));
                format!("{} would bring {}", finding.rule.id, brought.as_deref().unwrap_or("other findings"))
            }));
            continue;
        }
        count += mended.len() + more;
        text = next;
        audit = after;
    }
    let mut unchanged = None;
    let original = before.clone();
    if text != before {
        files.insert(0, (target.name.clone(), before, text));
    } else if target.is_stdin() {
        unchanged = Some(before.into_bytes());
    }
    if mode.write
        && let Err(reason) = write_all(target, &files)
    {
        return Ok(again(&original).map(|audit| Mended { unwritten: Some(reason), ..Mended::of(audit) }));
    }
    Ok(Some(Mended { audit, count, files, unchanged, circle, held: kept, unwritten: None }))
}

impl Mended {
    /// A card of which nothing was mended.
    pub(super) fn of(audit: Audit) -> Self {
        Self { audit, count: 0, files: Vec::new(), unchanged: None, circle: None, held: Vec::new(), unwritten: None }
    }
}

/// The fixes of a card, by their fingerprints, that would each bring other findings.
pub(super) fn held(target: &Target, settings: &Settings, text: &str, audit: &Audit, mode: Mode) -> HashSet<String> {
    let again = |text: &str| audit_bytes(target, settings, text.as_bytes().to_vec());
    let harm = Harm::of(target, settings);
    let harms = |fixed: String, than: Option<Severity>| {
        settled(audit, fixed, mode, &again)
            .is_none_or(|(fixed, after, _)| harm.done(text, audit, &fixed, &after, than).is_some())
    };
    let (all, mended) = round(text, audit.findings.iter(), 0, mode);
    if mended.is_empty() || !harms(all, mended.iter().map(|finding| finding.severity).min()) {
        return HashSet::new();
    }
    let alone = |finding: &Finding| round(text, std::iter::once(finding), 0, mode).0;
    let harmful = mended.into_iter().filter(|finding| harms(alone(finding), Some(finding.severity)));
    harmful.map(|finding| finding.fingerprint.clone()).collect()
}

/// A text after fixes, its audit, and how many further fixes it took: what a fix brings to light (a value under a key
/// that nobody read) may have a fix of its own.
fn settled(
    before: &Audit,
    mut text: String,
    mode: Mode,
    again: &impl Fn(&str) -> Option<Audit>,
) -> Option<(String, Audit, usize)> {
    let mut after = again(&text)?;
    let mut count = 0;
    for _ in 0..MAX_FURTHER {
        if brought(before, &after, None).is_none() {
            break;
        }
        let known: HashSet<&str> = before.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
        let new = after.findings.iter().filter(|finding| !known.contains(finding.fingerprint.as_str()));
        let (next, mended) = round(&text, new, 0, mode);
        if mended.is_empty() {
            break;
        }
        count += mended.len();
        text = next;
        after = again(&text)?;
    }
    Some((text, after, count))
}

/// Fixes that one fix may make necessary, one after the other.
const MAX_FURTHER: usize = 2;

/// What a fix may do harm to: what the rules of the run find and, where only some of the profile's run, what all of them
/// would find.
struct Harm<'a> {
    target: &'a Target,
    whole: Option<Settings>,
}

impl<'a> Harm<'a> {
    fn of(target: &'a Target, settings: &Settings) -> Self {
        let whole = settings.rules_of(&target.name).whole();
        let whole = whole.map(|rules| Settings { rules, kind: settings.kind, ..Settings::default() });
        Self { target, whole }
    }

    /// The rule that finds more in the text after fixes than in the one before ([`brought`]).
    fn done(
        &self,
        text: &str,
        before: &Audit,
        fixed: &str,
        after: &Audit,
        worse_than: Option<Severity>,
    ) -> Option<String> {
        let told = brought(before, after, worse_than).map(str::to_owned);
        told.or_else(|| {
            let audit = |text: &str| audit_bytes(self.target, self.whole.as_ref()?, text.as_bytes().to_vec());
            let (before, after) = (audit(text)?, audit(fixed)?);
            brought(&before, &after, worse_than).map(str::to_owned)
        })
    }
}

/// The rule that finds more than before, the first by its name; only what is worse than a severity counts, where one is
/// given. A key that was ignored is read once its name is right, with all that is wrong below it, and the Hub could refuse
/// what it let pass. Front matter that nobody could read is another matter: what is wrong in it was there, unseen, with all
/// the rest.
fn brought<'a>(before: &'a Audit, after: &'a Audit, worse_than: Option<Severity>) -> Option<&'a str> {
    if before.front_matter != Status::Present && after.front_matter == Status::Present {
        return None;
    }
    let mut counts: HashMap<&str, isize> = HashMap::new();
    for finding in &before.findings {
        *counts.entry(finding.rule.id.as_str()).or_default() -= 1;
    }
    let counted = |finding: &&Finding| worse_than.is_none_or(|least| finding.severity > least);
    for finding in after.findings.iter().filter(counted) {
        *counts.entry(finding.rule.id.as_str()).or_default() += 1;
    }
    counts.into_iter().filter(|(_, more)| *more > 0).map(|(rule, _)| rule).min()
}

/// Applies the fixes of one round: none whose edits touch those of another. Gives the text and what was mended.
fn round<'f>(
    text: &str,
    findings: impl Iterator<Item = &'f Finding>,
    file: usize,
    mode: Mode,
) -> (String, Vec<&'f Finding>) {
    let mended = apart(text, findings, file, mode);
    let mut edits: Vec<&Edit> =
        mended.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        out.push_str(&text[at..edit.span.start as usize]);
        out.push_str(&edit.replacement);
        at = edit.span.end as usize;
    }
    out.push_str(&text[at..]);
    (out, mended)
}

/// The findings whose fixes can be applied together: none whose edits touch those of an earlier one.
pub(super) fn apart<'f>(
    text: &str,
    findings: impl Iterator<Item = &'f Finding>,
    file: usize,
    mode: Mode,
) -> Vec<&'f Finding> {
    let mut edits: Vec<&Edit> = Vec::new();
    let mut mended = Vec::new();
    for finding in findings.filter(|finding| finding.file == file) {
        let Some(fix) = finding.fix.as_ref().filter(|fix| mode.unsafe_fixes || fix.safety == Safety::Safe) else {
            continue;
        };
        let apart = |edit: &Edit| {
            edits.iter().all(|other| edit.span.end < other.span.start || other.span.end < edit.span.start)
        };
        let inside = |edit: &Edit| text.get(edit.span.range()).is_some();
        if fix.edits.iter().all(|edit| apart(edit) && inside(edit)) {
            edits.extend(&fix.edits);
            mended.push(finding);
        }
    }
    mended
}

/// A file of evaluation results beside a card, by its name in the audit.
fn companion(target: &Target, name: &str) -> Option<PathBuf> {
    Some(target.path.as_ref()?.parent()?.join(".eval_results").join(name.rsplit('/').next()?))
}

/// Writes the files, each as a whole or not at all.
fn write_all(target: &Target, files: &[(String, String, String)]) -> Result<(), String> {
    let Some(path) = &target.path else { return Ok(()) };
    for (name, before, after) in files {
        let own = *name == target.name;
        let Some(path) = (if own { Some(path.clone()) } else { companion(target, name) }) else { continue };
        write(&path, before, after)?;
    }
    Ok(())
}

/// Replaces a file through a new one beside it, unless it is no longer what was read. Its mode stays; of a link,
/// the file that it leads to is replaced.
pub(super) fn write(path: &Path, before: &str, after: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot be written: {}", reason(&error));
    let path = fs::canonicalize(path).map_err(failed)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mode = fs::metadata(&path).map_err(failed)?.permissions();
    if mode.readonly() {
        return Err("cannot be written: it is read-only".to_owned());
    }
    let mut new = tempfile::Builder::new().prefix(".cardlint-").tempfile_in(folder).map_err(failed)?;
    new.write_all(after.as_bytes()).map_err(failed)?;
    new.as_file().set_permissions(mode).map_err(failed)?;
    new.as_file().sync_all().map_err(failed)?;
    if read_file(&path).map_err(failed)? != before.as_bytes() {
        return Err("has changed since it was read; nothing was written".to_owned());
    }
    new.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A mark at the beginning of a file.
const BOM: char = '\u{feff}';

/// A unified diff, for a terminal or to be applied.
pub(super) fn diff(name: &str, before: &str, after: &str, style: &Style, terminal: bool) -> String {
    let name = name.trim_start_matches("./");
    let [before, after] = [before, after].map(|text| without_secrets(text.to_owned()));
    let diff = TextDiff::from_lines(&before, &after);
    let text = diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string();
    let lines = text.split_inclusive('\n').map(|line| {
        // In a file the end of a line is what it is: a patch is applied by it.
        let (bare, end) = match line.strip_suffix("\r\n") {
            Some(bare) if !terminal => (bare, "\r\n"),
            _ => (line.trim_end_matches('\n'), "\n"),
        };
        let (mark, bare) = match bare.strip_prefix([' ', '+', '-']).and_then(|rest| rest.strip_prefix(BOM)) {
            Some(rest) if !terminal => (&bare[..=BOM.len_utf8()], rest),
            _ => ("", bare),
        };
        let shown = if mark.is_empty() { safe::line(bare) } else { format!("{mark}{}", safe::line(bare)).into() };
        let painted = match bare.as_bytes().first() {
            Some(b'+') => style.paint("32", &shown),
            Some(b'-') => style.paint("31", &shown),
            Some(b'@') => style.paint("36", &shown),
            _ => shown.into_owned(),
        };
        painted + end
    });
    safe::workflow_log(&lines.collect::<String>()).into_owned()
}
