//! Declared rules of the user's packs: what a card must have or must not have.

use crate::card::Card;
use crate::checks::{Context, Sink};
use crate::disclosure::{self, Level};
use crate::facts;
use crate::rule::{self, Check, Rule, Test};
use crate::text::{Span, safe};
use crate::yaml::NodeId;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    for rule in rule::declared() {
        if !sink.wants(&rule.id) {
            continue;
        }
        let Check::Declared(declared) = &rule.check else { continue };
        if declared.when.iter().any(|test| !run(ctx, test).holds) {
            continue;
        }
        let tests = declared.require.iter().map(|test| (test, true));
        let tests = tests.chain(declared.forbid.iter().map(|test| (test, false)));
        for (at, (test, wanted)) in tests.enumerate() {
            let answer = run(ctx, test);
            if answer.holds == wanted {
                continue;
            }
            let message = |own: String| declared.message.clone().unwrap_or(own);
            if wanted {
                report(rule, format!("/body/{}/{at}", rule.id), answer.span, message(answer.lacks), sink);
            } else {
                // Each place that is forbidden is a finding of its own.
                for (span, has) in std::iter::once((answer.span, answer.has)).chain(answer.more) {
                    report(rule, format!("/text/{}/{at}", rule.id), span, message(has), sink);
                }
            }
        }
    }
}

fn report(rule: &Rule, anchor: String, span: Span, message: String, sink: &mut Sink<'_>) {
    let help = rule.section("How to fix").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    sink.add(&rule.id, span, message, |f| {
        let f = f.anchor(anchor);
        match help {
            Some(help) => f.help(help),
            None => f,
        }
    });
}

/// What a test says.
struct Answer {
    holds: bool,
    /// Where.
    span: Span,
    /// What is missing, when it does not hold.
    lacks: String,
    /// What is there, when it does.
    has: String,
    /// Further places, each with what is there.
    more: Vec<(Span, String)>,
}

fn run(ctx: &Context<'_>, test: &Test) -> Answer {
    let card = ctx.card;
    let nowhere = card.front.end();
    match test {
        Test::Field { path, matches, one_of, any_of, min_items, max_items } => {
            let name = path.join(".");
            let Some((document, value)) = field(card, path) else {
                let lacks = format!("The field `{name}` is missing");
                return Answer { holds: false, span: nowhere, lacks, has: String::new(), more: Vec::new() };
            };
            let span = document.node(value).span;
            let items = document.items(value).map_or_else(|| vec![value], <[NodeId]>::to_vec);
            let texts: Vec<&str> = items.iter().map(|item| document.text(*item).unwrap_or_default()).collect();
            let bad = texts.iter().find(|text| {
                matches.as_ref().is_some_and(|regex| !regex.is_match(text))
                    || (!one_of.is_empty() && !one_of.iter().any(|known| known == *text))
            });
            let few = min_items.filter(|least| items.len() < *least);
            let many = max_items.filter(|most| items.len() > *most);
            let none = !any_of.is_empty() && !texts.iter().any(|text| any_of.iter().any(|known| known == *text));
            let lacks = match (bad, few, many) {
                _ if none => format!("The field `{name}` has none of {}", any_of.join(", ")),
                (Some(text), ..) => {
                    let accepted = match matches {
                        Some(regex) => format!("text that matches `{regex}`"),
                        None => format!("one of {}", one_of.join(", ")),
                    };
                    format!("The field `{name}` has {}, where {accepted} is accepted", safe::quoted(text))
                }
                (_, Some(least), _) => {
                    format!("The field `{name}` has {} items, at least {least} are asked for", items.len())
                }
                (_, _, Some(most)) => {
                    format!("The field `{name}` has {} items, at most {most} are accepted", items.len())
                }
                _ => String::new(),
            };
            let has = format!("The field `{name}` is not accepted here");
            Answer { holds: lacks.is_empty(), span, lacks, has, more: Vec::new() }
        }
        Test::Section { name, min_words } => {
            // Several may have these words; the one that says most counts.
            let headings = card.outline.headings.iter().filter(|heading| has_words(&heading.text, name));
            let longest = headings.map(|heading| (words(card, heading.section), heading)).rev();
            let Some((words, heading)) = longest.max_by_key(|(words, _)| *words) else {
                let lacks = format!("There is no section {}", safe::quoted(name));
                return Answer { holds: false, span: nowhere, lacks, has: String::new(), more: Vec::new() };
            };
            let counted = if words == 1 { "1 word".to_owned() } else { format!("{words} words") };
            Answer {
                holds: words >= *min_words,
                span: heading.span,
                lacks: format!(
                    "The section {} has {counted}, at least {min_words} are asked for",
                    safe::quoted(&heading.text)
                ),
                has: format!("The section {} is not accepted here", safe::quoted(&heading.text)),
                more: Vec::new(),
            }
        }
        Test::Text(regex) => {
            let has = |span: Span| format!("The text has {}", safe::quoted(card.source.slice(span)));
            let lacks = format!("The text has nothing that matches `{regex}`");
            places(matched(card, regex).map(|span| (span, has(span))).collect(), nowhere, lacks)
        }
        Test::Link(regex) => {
            let found = card.outline.links.iter().filter(|link| regex.is_match(&link.target));
            let found = found.map(|link| (link.span, format!("A link leads to {}", safe::quoted(&link.target))));
            places(found.collect(), nowhere, format!("No link leads to an address that matches `{regex}`"))
        }
        Test::Topic { id, substantive } => {
            let found = disclosure::topic(id).map(|topic| &ctx.reading().disclosures[topic]);
            let least = if *substantive { Level::Substantive } else { Level::Partial };
            let topic = disclosure::topic(id).map(|topic| disclosure::topics()[topic].label()).unwrap_or_default();
            Answer {
                holds: found.is_some_and(|found| found.level >= least),
                span: found.and_then(|found| found.evidence.first().copied()).unwrap_or(nowhere),
                lacks: format!("The card does not answer {topic}"),
                has: format!("The card speaks of {topic}"),
                more: Vec::new(),
            }
        }
        Test::License(accepted) => {
            let terms = facts::declared(card);
            let known: Vec<_> = terms.licenses().collect();
            let words: Vec<&str> = accepted.iter().map(|(word, _)| word.as_str()).collect();
            Answer {
                holds: known.iter().any(|license| accepted.iter().any(|(_, matcher)| matcher.fits(license))),
                span: facts::license_span(card),
                lacks: format!("The declared licence is none of {}", words.join(", ")),
                has: format!("The declared licence is one of {}", words.join(", ")),
                more: Vec::new(),
            }
        }
    }
}

/// The value at a path of the front matter, null counting as nothing.
fn field<'c>(card: &'c Card<'_>, path: &[String]) -> Option<(&'c crate::yaml::Document<'c>, NodeId)> {
    let (document, root) = card.mapping()?;
    let mut at = root;
    for name in path {
        at = document.get(at, name)?.1;
    }
    (!document.is_null(at)).then_some((document, at))
}

/// What a test for places says: it holds when there is one.
fn places(found: Vec<(Span, String)>, nowhere: Span, lacks: String) -> Answer {
    let mut found = found.into_iter();
    let first = found.next();
    let holds = first.is_some();
    let (span, has) = first.unwrap_or((nowhere, String::new()));
    Answer { holds, span, lacks, has, more: found.collect() }
}

/// Whether the words stand in a heading as words: "review" does not stand in "Previewing".
fn has_words(heading: &str, words: &str) -> bool {
    let heading = heading.to_lowercase();
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    heading.match_indices(words).any(|(at, found)| {
        let (before, after) = (heading[..at].chars().next_back(), heading[at + found.len()..].chars().next());
        // Scripts without blanks have no ends of words.
        !found.is_ascii() || (!joins(before) && !joins(after))
    })
}

/// The words of a stretch of the body, outside of comments.
fn words(card: &Card<'_>, section: Span) -> usize {
    let comments = &card.outline.comments;
    let inside = &comments[comments.partition_point(|comment| comment.end <= section.start)..];
    let inside = inside.iter().take_while(|comment| comment.start < section.end);
    let (mut at, mut words) = (section.start, 0);
    let mut count = |from: u32, to: u32| {
        let text = card.source.text().get(from as usize..to as usize).unwrap_or_default();
        words += text.split_whitespace().count();
    };
    for comment in inside {
        count(at, comment.start);
        at = comment.end;
    }
    count(at, section.end);
    words
}

/// The matches in the body outside of listings and comments.
fn matched<'c>(card: &'c Card<'_>, regex: &'c regex::Regex) -> impl Iterator<Item = Span> + 'c {
    let body = card.front.body_start();
    let text = &card.source.text()[body..];
    let found = regex.find_iter(text).map(move |found| Span::new(body + found.start(), body + found.end()));
    found.filter(move |span| !card.outline.hides(span.start as usize))
}
