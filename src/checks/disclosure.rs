//! Gaps of a card: questions that nothing in it speaks to, templates that were never filled in, claims with
//! nothing behind them, and what a sensitive use asks for.
//!
//! Which topics answer a rule is data (`rules/gaps.yaml`). A card that is an unfilled template gets one
//! finding, not one a question.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::card::{Card, Kind};
use crate::checks::{Context, Sink};
use crate::disclosure::{self, Applies, Disclosure, Level, Reading, Topic};
use crate::embedded::table;
use crate::markdown::Heading;
use crate::rule::{Confidence, Finding, Severity};
use crate::text::{Span, safe};
use crate::vocab;

/// `rules/gaps.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    gaps: Vec<Gap>,
    followups: Vec<Followup>,
    partial: Partial,
    sensitive: Sensitive,
    /// Headings, in small letters, under which no answer stands.
    neutral: Vec<String>,
    /// Headings, in small letters, whose own parts may stand below them on the same level.
    over: Vec<String>,
}

/// A rule and the topics of which one must be answered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the table has as many questions")]
struct Gap {
    rule: String,
    topics: Vec<String>,
    /// Those that answer it only where their test is met: less of them speaks of something else.
    #[serde(default)]
    wholly: Vec<String>,
    /// Those whose headings promise an answer, where not all do.
    #[serde(default)]
    headings: Option<Vec<String>>,
    /// Likewise of models that judge people, and where the only words are a paragraph that many cards share.
    #[serde(default)]
    judging: Vec<String>,
    looked_for: String,
    /// Asked of quantized copies too.
    copies: bool,
    /// Asked only where people may be affected.
    #[serde(default)]
    people: bool,
    /// The rule instead, where the only words are a paragraph that many cards share.
    #[serde(default)]
    copied: Option<String>,
    /// Pointing at the card of the base model is enough.
    #[serde(default)]
    pointer: bool,
    /// Claims that answer it in a word, say where the answer is, or that another rule judges.
    #[serde(default)]
    unless: Vec<String>,
    /// Topics beside which the answer may stand in a card whose language is not read.
    #[serde(default)]
    beside: Vec<String>,
    /// Not told where something comes near to answering a topic.
    #[serde(default)]
    doubt: bool,
    /// Claims of which one must be made for that, if there are any.
    #[serde(default)]
    doubts: Vec<String>,
    /// What a sentence on the first topic is, when it says nothing of this model.
    #[serde(default)]
    general: Option<String>,
}

/// A rule on what should stand behind what is said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Followup {
    rule: String,
    /// Topics, or claims.
    when: Vec<String>,
    /// Levels of the topics.
    at: Vec<String>,
    /// Topics or claims that answer it.
    unless: Vec<String>,
    /// Those of them that answer it only where their test is met.
    #[serde(default)]
    wholly: Vec<String>,
    /// What the card must claim beside.
    #[serde(default)]
    claims: Vec<String>,
    message: String,
    help: String,
}

/// The rule on topics that are answered in part.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Partial {
    rule: String,
    topics: Vec<Begun>,
}

/// A topic, and those that a good part of its answer stands under.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begun {
    topic: String,
    #[serde(default)]
    unless: Vec<String>,
    /// The claim that shows that it is begun and no more, with its place.
    #[serde(default)]
    claim: Option<String>,
}

/// The rule on uses in which errors weigh heavily.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sensitive {
    rule: String,
    owes: Vec<Owed>,
    fields: Vec<Field>,
}

/// A topic that such a card owes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Owed {
    topic: String,
    /// What it is called, where the words of the topic say more than is asked.
    #[serde(default)]
    says: Option<String>,
    /// Topics or claims that will do.
    #[serde(default)]
    unless: Vec<String>,
}

/// A field of such use.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    name: String,
    tags: Vec<String>,
    words: Vec<String>,
}

fn rules() -> &'static File {
    static TABLE: LazyLock<File> = LazyLock::new(|| table("rules/gaps.yaml"));
    &TABLE
}

/// Places left as the template has them, from which on a card counts as one.
const UNFILLED: usize = 6;
/// Paragraphs, items and tables, of those that the template has too, beyond which a card was written.
const WRITTEN: usize = 20;
/// Core topics that an unfilled template may answer all the same, by its metadata and one sentence.
const ANSWERED: usize = 6;

/// Rules on what a template leaves in a card.
const LEFT: [&str; 3] = ["template-unedited", "section-unfilled", "bias-copied"];

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    // Where there is no card at all, that says it.
    if card.source.text().trim().is_empty() {
        return;
    }
    if card.kind == Kind::Dataset && sink.wants("section-unfilled") {
        // What a card of data discloses is not judged, but what a template left in it shows.
        return unfilled(card, &disclosure::leftovers(card).placeholders, &[], sink);
    }
    let answers = wanted(sink);
    if card.kind != Kind::Model || !(answers || LEFT.iter().any(|rule| sink.wants(rule))) {
        return;
    }
    if !answers {
        // Where nothing else asks what a card discloses, it is read of those alone that may be a template, or that have the
        // paragraph that many share: reading costs more than all other checks together.
        let left = disclosure::leftovers(card);
        if !left.copied_bias && (left.placeholders.len() < UNFILLED || left.own > WRITTEN) {
            return unfilled(card, &left.placeholders, &[], sink);
        }
    }
    let reading = ctx.reading();
    if template(reading, sink) {
        return;
    }
    let told = gaps(ctx, reading, sink);
    unfilled(card, &reading.placeholders, &told, sink);
    // Of a card in another language half of what is answered is known: what follows from one answer may stand beside it.
    if !reading.is_foreign() {
        followups(ctx, reading, sink);
        partial(ctx, reading, sink);
        sensitive(card, reading, sink);
    }
}

/// Whether a rule asks for what a card discloses, beside those on what a template leaves.
fn wanted(sink: &Sink<'_>) -> bool {
    let rules = rules();
    let named = [&rules.partial.rule, &rules.sensitive.rule];
    let gaps = rules.gaps.iter().map(|gap| &gap.rule);
    let followups = rules.followups.iter().map(|followup| &followup.rule);
    gaps.chain(followups).chain(named).any(|rule| sink.wants(rule))
}

/// What was read for a topic.
fn answer<'r>(reading: &'r Reading, id: &str) -> Option<&'r Disclosure> {
    disclosure::topic(id).map(|topic| &reading.disclosures[topic])
}

fn answered(reading: &Reading, id: &str) -> bool {
    answer(reading, id).is_some_and(|found| found.level.is_disclosed())
}

/// Whether the test of a topic is met.
fn met(reading: &Reading, id: &str) -> bool {
    answer(reading, id).is_some_and(|found| found.level == Level::Substantive)
}

/// Whether a topic is answered or a claim is made.
fn held(reading: &Reading, id: &str) -> bool {
    answered(reading, id) || claim(reading, id).is_some()
}

/// Whether it can be said that nothing answers a topic.
fn lacking(reading: &Reading, id: &str) -> bool {
    !answer(reading, id).is_some_and(|found| found.level.is_disclosed() || found.near)
}

/// An unfilled template gets one finding; true when the card is one.
fn template(reading: &Reading, sink: &mut Sink<'_>) -> bool {
    let core = disclosure::topics().iter().filter(|topic| topic.core);
    let answers = core.filter(|topic| answered(reading, &topic.id)).count();
    let untouched = reading.unfilled.len() >= UNFILLED && reading.own <= WRITTEN && answers < ANSWERED;
    let Some(&first) = reading.unfilled.first().filter(|_| untouched) else {
        return false;
    };
    let answered = match answers {
        0 => "none of its core topics is answered".to_owned(),
        1 => "only one of its core topics is answered".to_owned(),
        many => format!("only {many} of its core topics are answered"),
    };
    let message = format!(
        "The template is not filled in: {} places are as the template has them, and {answered}",
        reading.unfilled.len()
    );
    sink.add("template-unedited", first, message, |f| {
        f.help("Fill in what you know, and delete what you do not: `cardlint coverage` lists the questions")
            .anchor("/template")
    });
    true
}

/// Sections that still hold a placeholder, in a card that is otherwise written.
/// `told`: headings that are reported to have nothing under them.
fn unfilled(card: &Card<'_>, placeholders: &[(Span, Option<Span>)], told: &[Span], sink: &mut Sink<'_>) {
    let heading = |span: &Span| card.outline.heading_at((span.start as usize).saturating_sub(1));
    let untold = |span: &&Span| heading(span).is_none_or(|heading| !told.contains(&heading.span));
    for (heading, comment) in bare(card).filter(|(heading, _)| !told.contains(&heading.span)) {
        let name = safe::quoted(&heading.text);
        let what = if comment { "only a comment" } else { "nothing" };
        sink.add("section-unfilled", heading.span, format!("The section {name} contains {what}"), |mut f| {
            f.alike = true;
            f.help("Write what you know, say that it is not known and why, or delete the heading")
                .anchor(format!("/placeholders of {name}"))
        });
    }
    for &(span, label) in placeholders.iter().filter(|(span, _)| untold(&span)) {
        let label = label.map(|label| card.source.slice(label));
        let name = label.or_else(|| heading(&span).map(|heading| heading.text.as_str()));
        // A variable of a template says itself what is to stand there.
        let variable = Some(card.source.slice(span)).filter(|text| text.starts_with('{'));
        let place = match (variable, name) {
            (Some(variable), _) => format!(" {}", safe::quoted(variable)),
            (None, Some(name)) => format!(" of {}", safe::quoted(name)),
            (None, None) => String::new(),
        };
        sink.add("section-unfilled", span, format!("The placeholder{place} is not filled in"), |mut f| {
            f.alike = true;
            f.help("Write what you know, say that it is not known and why, or delete the heading")
                .anchor(format!("/placeholders{place}"))
        });
    }
}

/// Words of the longest title of a section.
const TITLE_WORDS: usize = 4;

/// What the id of a topic begins with: `evaluation` of `evaluation.data`.
fn family(topic: &str) -> &str {
    topic.split('.').next().unwrap_or(topic)
}

/// The headings that have comments under them and nothing else, and those that promise to speak of a topic and have
/// nothing at all; whether there is a comment.
fn bare<'c>(card: &'c Card<'_>) -> impl Iterator<Item = (&'c Heading, bool)> {
    card.outline.headings.iter().enumerate().filter_map(|(number, heading)| {
        let section = heading.section.range();
        let comments = &card.outline.comments;
        let comments = &comments[comments.partition_point(|comment| (comment.start as usize) < section.start)..];
        let comments = comments.iter().take_while(|comment| (comment.start as usize) < section.end);
        let (mut at, mut any, mut blank) = (section.start, false, true);
        for comment in comments {
            any = true;
            blank &= card.source.text()[at..comment.start as usize].trim().is_empty();
            at = comment.end as usize;
        }
        // What is a sentence or a link says what it has to say by itself.
        let whole = || {
            let source = card.source.slice(heading.span);
            heading.text.split_whitespace().count() <= TITLE_WORDS && !source.contains("](") && !source.contains("://")
        };
        let promised =
            || if heading.level > 1 && whole() { disclosure::promised_topics(&heading.text) } else { vec![] };
        // What follows under a heading of no topic, or of the same one, may be meant to stand below it; and a sentence over
        // a line of dashes is no heading to whoever wrote it.
        let ends = |promised: &[&str]| {
            card.outline.headings.get(number + 1).is_none_or(|next| {
                let topics = disclosure::heading_topics(&next.text);
                // "Evaluation" over "Testing data", where all headings are of one level.
                let over = rules().over.iter().any(|title| heading.text.trim().to_lowercase() == *title);
                let akin =
                    |topic: &&str| promised.iter().any(|one| one == topic || over && family(one) == family(topic));
                let apart = !topics.is_empty() && !topics.iter().any(akin);
                apart && next.text.split_whitespace().count() <= 2 * TITLE_WORDS
            })
        };
        let promises = || {
            let promised = promised();
            !promised.is_empty() && ends(&promised)
        };
        let empty = blank && card.source.text().get(at..section.end).is_none_or(|rest| rest.trim().is_empty());
        (empty && (any || promises())).then_some((heading, any))
    })
}

/// Topics under whose headings a pointer to another card says nothing on bias, limits and uses.
const ELSEWHERE: &[&str] = &["training-data.", "training.", "evaluation.", "requirements.", "license."];

/// Reports questions that nothing answers; gives the headings that promise an answer.
fn gaps(ctx: &Context<'_>, reading: &Reading, sink: &mut Sink<'_>) -> Vec<Span> {
    let card = ctx.card;
    let mut told = Vec::new();
    let copy = ctx.is_copy();
    let pointer = claim(reading, "claim.pointer");
    // What neither writes, nor reads language, nor judges people has nobody to be unfair to.
    let harmless = [Applies::Generative, Applies::NlpOrSpeech, Applies::DecisionAboutPeople]
        .into_iter()
        .all(|applies| reading.traits.excludes(applies).is_some());
    let judges = reading.traits.excludes(Applies::DecisionAboutPeople).is_none();
    let unread = reading.is_foreign() && has_unread(card, reading);
    for gap in &rules().gaps {
        // It may stand under a heading that is not known, or beside what is asked for next to it.
        if reading.is_foreign() && (unread || gap.beside.iter().any(|id| answered(reading, id))) {
            continue;
        }
        let claimed = gap.unless.iter().any(|id| claim(reading, id).is_some());
        // Under "Training data" a pointer speaks of that.
        let points = |span: Span| {
            let heading = card.outline.heading_at(span.start as usize).filter(|heading| heading.level > 1);
            let named = heading.map(|heading| disclosure::heading_topics(&heading.text)).unwrap_or_default();
            let elsewhere = |topic: &&str| ELSEWHERE.iter().any(|kind| topic.starts_with(kind));
            named.is_empty() || !named.iter().all(elsewhere)
        };
        let pointed = pointer.is_some_and(points);
        let spared = (copy && !gap.copies) || (gap.people && harmless) || (gap.pointer && pointed) || claimed;
        let wholly = |id: &String| {
            let few =
                || gap.judging.contains(id) && (judges || reading.copied_bias.is_some() || !lists(card, reading, id));
            (gap.wholly.contains(id) || few()) && !reading.is_foreign()
        };
        let doubted =
            gap.doubts.is_empty() || reading.is_foreign() || gap.doubts.iter().any(|id| claim(reading, id).is_some());
        let lacking = |id: &String| match (wholly(id), gap.doubt && doubted) {
            (true, _) => !met(reading, id),
            (false, true) => lacking(reading, id),
            (false, false) => !answered(reading, id),
        };
        if spared || !gap.topics.iter().all(lacking) {
            continue;
        }
        if let (Some(rule), Some(span)) = (&gap.copied, reading.copied_bias) {
            let message =
                "The only words on bias are a paragraph that thousands of cards share; not one is about this model";
            sink.add(rule, span, message, |f| {
                let f = f.help("Say which groups this model may treat worse and how, or why that was not assessed");
                explained(ctx, reading, gap.topics.iter(), f.anchor("/body/bias"))
            });
            continue;
        }
        // A heading of a topic promises an answer; a word in passing does not, in a heading or elsewhere.
        let promising = gap.headings.as_ref().unwrap_or(&gap.topics);
        let named = |heading: &Heading| {
            disclosure::promised_topics(&heading.text).iter().any(|topic| promising.iter().any(|id| id == topic))
        };
        let promises = |span: &Span| {
            let heading = card.outline.heading_at(span.start as usize).filter(|heading| heading.span == *span);
            heading.is_some_and(|heading| heading.level > 1 && named(heading))
        };
        let mention = gap.topics.iter().find_map(|id| {
            let found = answer(reading, id).filter(|found| found.level == Level::Mentioned)?;
            found.evidence.iter().copied().find(promises)
        });
        let first = gap.topics.first().and_then(|id| answer(reading, id));
        let spoken = first.filter(|found| found.level == Level::Mentioned).and_then(|found| {
            let heading = |span: &&Span| {
                card.outline.heading_at(span.start as usize).is_some_and(|heading| heading.span == **span)
            };
            found.evidence.iter().find(|span| !heading(span)).copied()
        });
        if let (Some(message), Some(span)) = (&gap.general, spoken) {
            sink.add(&gap.rule, span, message.as_str(), |f| {
                let f = f.help(questions(&gap.rule)).anchor(format!("/body/{}", gap.rule));
                explained(ctx, reading, gap.topics.iter(), f)
            });
            continue;
        }
        if sink.wants(&gap.rule) {
            told.extend(mention);
        }
        // What it says, and what that is no answer to.
        let begun = gap.judging.iter().filter_map(|id| answer(reading, id)).find(|found| found.level.is_disclosed());
        let begun = begun.and_then(|found| found.evidence.first().copied()).filter(|_| mention.is_none());
        let (span, message) = match (mention, begun) {
            (None, Some(span)) => {
                (span, format!("The card says which languages it is for, and nothing more on {}", gap.looked_for))
            }
            (Some(span), _) if has_text(card, section_of(card, span), &reading.unfilled) => (
                span,
                format!(
                    "There is a heading, but the text under it was not recognised as speaking of {}",
                    gap.looked_for
                ),
            ),
            (Some(span), _) => {
                (span, format!("The section under this heading says almost nothing on {}", gap.looked_for))
            }
            (None, None) => (card.front.end(), format!("Nothing was found in the card on {}", gap.looked_for)),
        };
        let message = if reading.is_foreign() {
            format!("{message} (the card is in a language of which cardlint knows few words)")
        } else {
            message
        };
        sink.add(&gap.rule, span, message, |f| {
            let f = if reading.is_foreign() { f.confidence(Confidence::Low) } else { f };
            let f = if begun.is_some() { f.at_most(Severity::Note) } else { f };
            let f = f.help(questions(&gap.rule)).anchor(format!("/body/{}", gap.rule));
            explained(ctx, reading, gap.topics.iter(), f)
        });
    }
    told
}

/// Whether there is text under a heading that names nothing known.
fn has_unread(card: &Card<'_>, reading: &Reading) -> bool {
    let headings = card.outline.headings.iter().filter(|heading| heading.level > 1);
    let neutral = |heading: &Heading| rules().neutral.iter().any(|word| heading.text.to_lowercase().trim() == word);
    let unknown = headings.filter(|heading| !reading.knows(heading) && !neutral(heading));
    unknown.map(|heading| heading.section).any(|section| has_text(card, section, &[]))
}

/// The section under a heading, by the heading's place.
fn section_of(card: &Card<'_>, heading: Span) -> Span {
    let found = card.outline.heading_at(heading.start as usize).filter(|one| one.span == heading);
    found.map_or(Span::at(heading.end as usize), |one| one.section)
}

/// Whether there are sentences of the card's own in a section, beside comments, further headings and what is `unfilled`.
fn has_text(card: &Card<'_>, section: Span, unfilled: &[Span]) -> bool {
    let comments = &card.outline.comments;
    let from = comments.partition_point(|comment| comment.start < section.start);
    let inside = |span: &&Span| span.start >= section.start && span.start < section.end;
    let hidden: usize = comments[from..].iter().take_while(inside).map(|comment| comment.len()).sum();
    // A longer one is a paragraph that many cards share.
    let left: usize =
        unfilled.iter().filter(inside).map(|span| span.len()).filter(|length| *length <= PLACEHOLDER).sum();
    let headings = &card.outline.headings;
    let from = headings.partition_point(|heading| heading.span.start < section.start);
    let headings = headings[from..].iter().map(|heading| &heading.span).take_while(inside);
    let headings: usize = headings.map(|span| span.len()).sum();
    card.source.slice(section).trim().len() > hidden + left + headings + FEW
}

/// Bytes of the longest label with its placeholder.
const PLACEHOLDER: usize = 160;
/// Bytes below a heading that are no text yet.
const FEW: usize = 40;

/// With `--explain`: the level of each topic that was weighed, and the places that speak to it.
fn explained<'t>(
    ctx: &Context<'_>,
    reading: &Reading,
    topics: impl Iterator<Item = &'t String>,
    mut finding: Finding,
) -> Finding {
    if !ctx.explain {
        return finding;
    }
    let mut weighed = Vec::new();
    for id in topics {
        let Some(found) = answer(reading, id) else { continue };
        let place = found.evidence.first().map(|span| {
            let line = ctx.card.source.location(*span, crate::text::Unit::CodePoint).0.line;
            format!(" in line {line}")
        });
        weighed.push(format!("{id} {}{}", found.level.as_str(), place.unwrap_or_default()));
        for span in &found.evidence {
            finding = finding.related(*span, format!("{id}: {}", found.level.as_str()));
        }
    }
    let help = finding.help.take().unwrap_or_default();
    finding.help(format!("{help} (weighed: {})", weighed.join(", ")))
}

fn questions(rule: &str) -> String {
    format!("Run `cardlint rule {rule}` for the questions that a good section answers")
}

/// Where the card claims something.
fn claim(reading: &Reading, id: &str) -> Option<Span> {
    reading.claims.iter().find(|(claim, _)| *claim == id).map(|(_, span)| *span)
}

fn followups(ctx: &Context<'_>, reading: &Reading, sink: &mut Sink<'_>) {
    let card = ctx.card;
    // What the metadata say is structured, and judged by other rules.
    let written = |span: &Span| span.start as usize >= card.front.body_start();
    for followup in &rules().followups {
        let claimed = |id: &String| claim(reading, id).is_some();
        let answers = |id: &String| if followup.wholly.contains(id) { met(reading, id) } else { held(reading, id) };
        if followup.unless.iter().any(answers) || !followup.claims.iter().all(claimed) {
            continue;
        }
        let said = followup.when.iter().find_map(|id| {
            claim(reading, id).or_else(|| {
                let found = answer(reading, id)?;
                let at = followup.at.iter().any(|level| level == found.level.as_str());
                at.then(|| found.evidence.first().copied()).flatten().filter(written)
            })
        });
        let said = said.map(|span| followup.claims.first().and_then(|id| claim(reading, id)).unwrap_or(span));
        if let Some(span) = said {
            sink.add(&followup.rule, span, followup.message.as_str(), |f| {
                let f = f.help(followup.help.as_str()).anchor(format!("/body/{}", followup.rule));
                explained(ctx, reading, followup.when.iter().chain(&followup.unless), f)
            });
        }
    }
}

/// Answers that are begun, in one finding.
fn partial(ctx: &Context<'_>, reading: &Reading, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let begun: Vec<(&Topic, Span)> = (rules().partial.topics.iter())
        .filter(|begun| !begun.unless.iter().any(|id| held(reading, id)))
        .filter_map(|begun| {
            let topic = &disclosure::topics()[disclosure::topic(&begun.topic)?];
            // Where it claims what is no answer, it matters not how near the rest of its words come to one.
            let open = |found: &&Disclosure| begun.claim.is_some() || !found.near;
            let found = answer(reading, &begun.topic).filter(|found| found.level == Level::Partial).filter(open)?;
            let span = match &begun.claim {
                Some(id) => claim(reading, id)?,
                None => *found.evidence.first()?,
            };
            // What the text begins, the metadata may end: `datasets` links what it names.
            let ended = disclosure::filled(card, &topic.front_matter).is_some();
            let written = span.start as usize >= card.front.body_start();
            (written && !ended && reading.traits.excludes(topic.applies).is_none()).then_some((topic, span))
        })
        .collect();
    let Some((&(topic, span), others)) = begun.split_first() else { return };
    let message = match others.len() {
        0 => format!("{}: too vague to be an answer, which takes {}", topic.definition, topic.asks()),
        more => format!(
            "{}: too vague to be an answer, which takes {}; likewise {more} other question{}",
            topic.definition,
            topic.asks(),
            if more == 1 { "" } else { "s" }
        ),
    };
    sink.add(&rules().partial.rule, span, message, |f| {
        let all =
            others.iter().fold(f, |f, (topic, span)| f.related(*span, format!("{}: {}", topic.label(), topic.asks())));
        let all =
            all.help(format!("Run `cardlint topic {}` for what an answer takes", topic.id)).anchor("/body/partial");
        explained(ctx, reading, begun.iter().map(|(topic, _)| &topic.id), all)
    });
}

/// What a card for a use in which errors weigh heavily owes.
fn sensitive(card: &Card<'_>, reading: &Reading, sink: &mut Sink<'_>) {
    let table = &rules().sensitive;
    let Some((field, span)) = table.fields.iter().find_map(|field| Some((field, names(card, reading, field)?))) else {
        return;
    };
    let owed: Vec<String> = (table.owes.iter())
        .filter(|owed| lacking(reading, &owed.topic) && !owed.unless.iter().any(|id| held(reading, id)))
        .filter_map(|owed| {
            let label = || Some(disclosure::topics()[disclosure::topic(&owed.topic)?].label());
            owed.says.clone().or_else(label)
        })
        .collect();
    if owed.is_empty() {
        return;
    }
    let message = format!("The model is for {}, and nothing was found in the card on: {}", field.name, owed.join("; "));
    sink.add(&table.rule, span, message, |f| {
        f.help("Errors here fall on people who did not choose the model: answer each, or say that it is not known")
            .anchor("/body/sensitive")
    });
}

/// Languages that a list of them names at least: fewer are the scope of a model, and say nothing of how it differs.
const LISTED: usize = 3;

/// Whether what answers a topic in part names several languages.
fn lists(card: &Card<'_>, reading: &Reading, id: &str) -> bool {
    let found = answer(reading, id).and_then(|found| found.segment.or(found.evidence.first().copied()));
    found.is_some_and(|span| {
        let text = card.source.slice(span);
        let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.starts_with(char::is_uppercase));
        let mut named: Vec<&str> = words.filter_map(|word| vocab::languages().by_name(&word.to_lowercase())).collect();
        named.sort_unstable();
        named.dedup();
        named.len() >= LISTED || !text.is_ascii() && named.is_empty()
    })
}

/// Places of a word that are looked at.
const MENTIONS: usize = 20;
/// Words of a sentence that says what the model is not for.
const DENIALS: &[&str] =
    &[" not ", "n't ", "n’t ", "never ", "out of scope", "out-of-scope", "prohibited", "forbidden"];

/// Where the card names the field as its own: in the title, the first paragraph, or what it is meant for. A tag
/// alone may be one of many topics that a model can talk about.
fn names(card: &Card<'_>, reading: &Reading, field: &Field) -> Option<Span> {
    let tagged = card.mapping().is_some_and(|(document, _)| {
        let known = |text: &str| field.tags.iter().any(|tag| tag.eq_ignore_ascii_case(text));
        card.field_items("tags").into_iter().any(|tag| document.text(tag).is_some_and(known))
    });
    let title = card.outline.headings.first().filter(|heading| heading.level == 1).map(|heading| heading.span);
    let meant = answer(reading, "intended-use.primary").filter(|found| found.level.is_disclosed());
    let meant = meant.and_then(|found| found.segment.or(found.evidence.first().copied()));
    title.into_iter().chain(reading.opening).chain(meant).find(|span| {
        let text = card.source.slice(*span).to_lowercase();
        // "It must not be used for hiring" names what it is not for.
        let meant = |(at, word): (usize, &str)| {
            let start = text[..at].rfind(['.', '!', '?', '\n']).map_or(0, |end| end + 1);
            let end =
                text[at + word.len()..].find(['.', '!', '?', '\n']).map_or(text.len(), |end| at + word.len() + end);
            !DENIALS.iter().any(|denial| text[start..end].contains(denial))
        };
        let says =
            |words: &[String]| words.iter().any(|word| text.match_indices(word.as_str()).take(MENTIONS).any(meant));
        says(&field.words) || (tagged && says(&field.tags))
    })
}
