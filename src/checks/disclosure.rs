//! Gaps of a card: questions that nothing in it speaks to, templates that were never filled in.
//!
//! Which topics answer a rule is data (`rules/gaps.yaml`). A card that is an unfilled template gets one
//! finding, not one a question.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::disclosure::{self, Applies, Level, Traits};
use crate::embedded::table;
use crate::facts::{descent, place};
use crate::license::Relation;
use crate::text::Span;

#[derive(Deserialize)]
struct File {
    gaps: Vec<Gap>,
}

/// A rule and the topics of which one must be answered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gap {
    rule: String,
    topics: Vec<String>,
    looked_for: String,
    /// Asked of quantized copies too.
    copies: bool,
    /// Asked only where people may be affected.
    #[serde(default)]
    people: bool,
    /// The rule instead, where the only words are a paragraph that many cards share.
    #[serde(default)]
    copied: Option<String>,
}

fn gaps() -> &'static [Gap] {
    static TABLE: LazyLock<Vec<Gap>> = LazyLock::new(|| table::<File>("rules/gaps.yaml").gaps);
    &TABLE
}

/// Places left as the template has them, from which on a card counts as one.
const UNFILLED: usize = 6;
/// Core topics that an unfilled template may answer all the same, by its metadata and one sentence.
const ANSWERED: usize = 6;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let wanted = |gap: &Gap| sink.wants(&gap.rule) || gap.copied.as_ref().is_some_and(|rule| sink.wants(rule));
    let wanted = sink.wants("template-unedited") || gaps().iter().any(wanted);
    if card.kind != Kind::Model || !wanted {
        return;
    }
    let reading = disclosure::read_page(card);
    let answered = |id: &str| disclosure::topic(id).map_or(Level::Absent, |topic| reading.disclosures[topic].level);
    let core = disclosure::topics().iter().filter(|topic| topic.core);
    let answers = core.filter(|topic| answered(&topic.id).is_disclosed()).count();
    if let Some(&first) = reading.unfilled.first()
        && reading.unfilled.len() >= UNFILLED
        && answers < ANSWERED
    {
        let message = format!(
            "The template is not filled in: {} places stand as they came, and {answers} of its core topics {} answered",
            reading.unfilled.len(),
            if answers == 1 { "is" } else { "are" }
        );
        sink.add("template-unedited", first, message, |f| {
            f.help("Fill in what you know, and delete what you do not: `cardlint coverage` lists the questions")
                .anchor("/template")
        });
        return;
    }
    let traits = Traits::read(card);
    let bases = descent::named(card, "base_model").len();
    let copy = descent::relation(card, bases, place(card).1) == Relation::Quantized;
    // What neither writes, nor reads language, nor judges people has nobody to be unfair to.
    let harmless = [Applies::Generative, Applies::NlpOrSpeech, Applies::DecisionAboutPeople]
        .into_iter()
        .all(|applies| traits.excludes(applies).is_some());
    for gap in gaps() {
        let asked = (gap.copies || !copy) && !(gap.people && harmless);
        if !asked || gap.topics.iter().any(|id| answered(id).is_disclosed()) {
            continue;
        }
        if let (Some(rule), Some(span)) = (&gap.copied, reading.copied_bias) {
            let message =
                "The only words on bias are a paragraph that thousands of cards share, and none of this model";
            sink.add(rule, span, message, |f| {
                f.help("Say whom this model may treat worse and how, or why it was not assessed").anchor("/body/bias")
            });
            continue;
        }
        let mention = gap.topics.iter().find_map(|id| {
            let found = &reading.disclosures[disclosure::topic(id)?];
            (found.level == Level::Mentioned).then(|| found.evidence.first().copied()).flatten()
        });
        report(ctx, gap, mention, sink);
    }
}

fn report(ctx: &Context<'_>, gap: &Gap, mention: Option<Span>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (span, message) = match mention {
        Some(span) => (span, format!("The card touches, but does not answer, {}", gap.looked_for)),
        None => (card.front.end(), format!("The card says nothing of {}", gap.looked_for)),
    };
    sink.add(&gap.rule, span, message, |f| {
        f.help(format!("`cardlint rule {}` has the questions that a good section answers", gap.rule))
            .anchor(format!("/body/{}", gap.rule))
    });
}
