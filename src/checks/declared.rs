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
            let message = declared.message.clone().unwrap_or(if wanted { answer.lacks } else { answer.has });
            report(rule, at, answer.span, message, sink);
        }
    }
}

fn report(rule: &Rule, test: usize, span: Span, message: String, sink: &mut Sink<'_>) {
    let help = rule.section("How to fix").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    sink.add(&rule.id, span, message, |f| {
        let f = f.anchor(format!("/body/{}/{test}", rule.id));
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
}

fn run(ctx: &Context<'_>, test: &Test) -> Answer {
    let card = ctx.card;
    let nowhere = card.front.end();
    match test {
        Test::Field { path, matches, one_of, min_items, max_items } => {
            let name = path.join(".");
            let Some((document, value)) = field(card, path) else {
                let lacks = format!("The field `{name}` is missing");
                return Answer { holds: false, span: nowhere, lacks, has: String::new() };
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
            let lacks = match (bad, few, many) {
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
            Answer { holds: lacks.is_empty(), span, lacks, has: format!("The field `{name}` is not accepted here") }
        }
        Test::Section { name, min_words } => {
            let heading =
                card.outline.headings.iter().find(|heading| heading.text.to_lowercase().contains(name.as_str()));
            let Some(heading) = heading else {
                let lacks = format!("There is no section {}", safe::quoted(name));
                return Answer { holds: false, span: nowhere, lacks, has: String::new() };
            };
            let words = card.source.slice(heading.section).split_whitespace().count();
            Answer {
                holds: words >= *min_words,
                span: heading.span,
                lacks: format!(
                    "The section {} has {words} words, at least {min_words} are asked for",
                    safe::quoted(&heading.text)
                ),
                has: format!("The section {} is not accepted here", safe::quoted(&heading.text)),
            }
        }
        Test::Text(regex) => {
            let found = matched(card, regex);
            Answer {
                holds: found.is_some(),
                span: found.unwrap_or(nowhere),
                lacks: format!("The text has nothing that matches `{regex}`"),
                has: format!("The text has {}", safe::quoted(found.map_or("", |span| card.source.slice(span)))),
            }
        }
        Test::Link(regex) => {
            let found = card.outline.links.iter().find(|link| regex.is_match(&link.target));
            Answer {
                holds: found.is_some(),
                span: found.map_or(nowhere, |link| link.span),
                lacks: format!("No link leads to an address that matches `{regex}`"),
                has: format!("A link leads to {}", safe::quoted(found.map_or("", |link| link.target.as_str()))),
            }
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
            }
        }
        Test::License(accepted) => {
            let terms = facts::declared(card);
            let known: Vec<_> = terms.licenses().collect();
            let named = |word: &String| {
                known.iter().any(|license| {
                    license.id == *word || license.spdx.as_deref() == Some(word) || license.class.as_str() == word
                })
            };
            Answer {
                holds: accepted.iter().any(named),
                span: facts::license_span(card),
                lacks: format!("The declared licence is none of {}", accepted.join(", ")),
                has: format!("The declared licence is one of {}", accepted.join(", ")),
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

/// The first match in the body outside of code.
fn matched(card: &Card<'_>, regex: &regex::Regex) -> Option<Span> {
    let body = card.front.body_start();
    let text = &card.source.text()[body..];
    let mut found = regex.find_iter(text).map(|found| Span::new(body + found.start(), body + found.end()));
    let code = &card.outline.code;
    found.find(|span| {
        // Listings are in order, and do not overlap.
        let next = code.partition_point(|code| code.span.end <= span.start);
        code.get(next).is_none_or(|code| code.span.start > span.start)
    })
}
