//! Rules on front matter that is missing, hidden, cut or run over.

use super::listed;
use crate::card::{self, Status, Trap, TrapKind};
use crate::checks::{Context, Sink};
use crate::facts;
use crate::rule::{Edit, Effect, Finding, Fix, Safety, Severity};
use crate::text::{Span, lines, safe};
use crate::vocab;
use crate::yaml::Kind;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    for trap in &card.front.traps {
        report(ctx, trap, sink);
    }
    let pointer = card.front.traps.iter().any(|trap| matches!(trap.kind, TrapKind::LfsPointer));
    if ctx.repository.card_in_lfs && !pointer && card.source.name().rsplit('/').next() == Some("README.md") {
        let message = "`.gitattributes` gives the card to Git LFS: the Hub gets a pointer, and the page shows no licence, tags or text";
        sink.add("lfs-pointer", Span::default(), message, |f| {
            f.help("Take `README.md` out of it: remove the line with `filter=lfs` that covers it, or add `README.md -filter` \
                    below, and run `git add --renormalize README.md`")
                .anchor("/.gitattributes")
        });
    }
    // A file that cannot be read as text says nothing about its front matter.
    let explained = !card.front.traps.is_empty() || (card.source.text().is_empty() && !card.faults.is_empty());
    let nothing = card.source.text().trim().is_empty() && card.faults.is_empty();
    if nothing && card.kind == card::Kind::Model {
        let holds = card.siblings.names().iter().find(|name| vocab::files().is_model(name));
        let message = match holds {
            Some(file) => {
                format!("The model has no card: {} is here, and nothing says what it is", safe::quoted(file))
            }
            None => "The card is empty".to_owned(),
        };
        sink.add("card-missing", Span::default(), message, |f| {
            f.help("Write one: `cardlint new` makes its skeleton from what the files say")
        });
    } else if card.front.status == Status::Missing && !explained && !sink.wants("front-matter-missing") {
        // An audit of licences alone has to tell it, too.
        let message = "There is no front matter, and so no `license`, which is all that the Hub reads of it";
        sink.add("license-missing", Span::default(), message, |f| {
            f.help("Begin the file with a `---` line, a line `license: …`, and a closing `---` line").anchor("/license")
        });
    } else if card.front.status == Status::Missing && !explained {
        sink.add(
            "front-matter-missing",
            Span::default(),
            "The card has no front matter, so the Hub can show no licence, task or language for it",
            |f| {
                // What the text says is to be said there, and no licence is to be chosen for anybody.
                let (terms, _) = facts::named(card);
                let hub = terms.licenses().next().and_then(|license| license.hub.as_ref());
                let keys = match hub {
                    Some(hub) => format!("`license: {hub}`, which the text names"),
                    None => "`license: …` and `tags: […]`".to_owned(),
                };
                f.help(format!(
                    "Begin the file with a `---` line, `key: value` lines such as {keys}, and a closing `---` line"
                ))
            },
        );
    }
    if card.kind == card::Kind::Model && card.front.status == Status::Present && has_no_text(card) {
        let message =
            "The card has metadata and no text: nothing says what the model is, what it is for and where it fails";
        sink.add("card-missing", card.front.end(), message, |f| {
            f.help("Write it: `cardlint new` makes a skeleton from what the files say")
                .at_most(Severity::Warning)
                .anchor("/text")
        });
    }
    if let (Some(document), Status::Invalid) = (&card.yaml, card.front.status)
        && let Some(root) = document.root()
    {
        let what = match document.node(root).kind {
            Kind::Seq(_) => "a list",
            _ => "a single value",
        };
        let span = document.node(root).span;
        let message = format!("The front matter is {what}, where `key: value` pairs are accepted");
        sink.add("front-matter-not-mapping", span, message, |f| {
            f.help("Write each field as `key: value` on a line of its own")
        });
    }
}

/// Whether there is nothing below the front matter but headings and marks.
fn has_no_text(card: &card::Card<'_>) -> bool {
    let start = card.front.body_start();
    let said = |(at, line): (usize, &str)| {
        // What stands in a comment is shown to nobody.
        let hidden = |at: usize| card.outline.comments.iter().any(|comment| comment.range().contains(&at));
        let first = line.find(char::is_alphanumeric).map(|from| start + at + from);
        !line.trim_start().starts_with('#') && first.is_some_and(|first| !hidden(first))
    };
    !lines(&card.source.text()[start..]).any(said)
}

/// Removes what is too much of fences.
fn cut(excess: &[Span]) -> Option<Fix> {
    let edits: Vec<Edit> = excess.iter().map(|span| Edit { span: *span, replacement: String::new() }).collect();
    let title = "cut the fence to three dashes".to_owned();
    (!edits.is_empty()).then_some(Fix { title, safety: Safety::Safe, edits })
}

fn report(ctx: &Context<'_>, trap: &Trap, sink: &mut Sink<'_>) {
    let span = trap.span;
    let source = ctx.card.source;
    let line = |span: Span| source.location(span, crate::text::Unit::CodePoint).0.line;
    match &trap.kind {
        TrapKind::LfsPointer => {
            sink.add("lfs-pointer", span, "The card is a Git LFS pointer, which the Hub does not read: the page shows no licence, tags or text", |f| {
                f.help("Remove the `*.md filter=lfs` line from `.gitattributes` and commit the card as an ordinary file")
            });
        }
        TrapKind::ByteOrderMark => {
            sink.add("front-matter-bom", span, "There is a byte-order mark before the front matter: `ModelCard(text)` and huggingface_hub before 2.3.0 see no metadata", |f| {
                f.help("Save the file as UTF-8 without a byte-order mark").fix(Fix::safe("remove the byte-order mark", span, ""))
            });
        }
        TrapKind::NotFirst { what, block } => {
            let message =
                format!("Front matter must begin the file, but {what} comes before it: the Hub sees no metadata");
            sink.add("front-matter-not-first", span, message, |f| {
                f.help("Move it below the closing `---` line, or remove it")
                    .related(fence(*block), "the front matter that is lost")
                    .maybe_fix(move_block(ctx, span, *block))
            });
        }
        TrapKind::NoFence => {
            sink.add(
                "front-matter-missing",
                span,
                "These lines look like metadata, but there are no `---` lines around them: the Hub reads them as text",
                |f| f.help("Put a line `---` before the first metadata line and another after the last"),
            );
        }
        TrapKind::OpeningFence { what, excess } => {
            let message = format!("The opening fence {what}; it must be exactly `---`, or the Hub sees no metadata");
            sink.add("front-matter-opening-fence", span, message, |f| {
                f.help("Write `---` and nothing else on the first line").maybe_fix(cut(excess))
            });
        }
        TrapKind::Unclosed { what } => {
            let message = match what {
                Some(what) => format!(
                    "The line meant to close the front matter {what}: the block never closes and the Hub sees no metadata"
                ),
                None => "The front matter never closes: the Hub sees no metadata".to_owned(),
            };
            sink.add("front-matter-unclosed", span, message, |f| {
                f.help("Close the block with a line `---` that begins in column 1")
            });
        }
        TrapKind::SwallowsBody { what, closed_by } => {
            let end = line(*closed_by);
            let message = match what {
                Some(what) => format!(
                    "The line meant to close the front matter {what}: the block runs on to the `---` in line {end} and takes the text between for metadata"
                ),
                None => format!(
                    "The front matter is not closed before the text begins: the block runs on to the `---` in line {end}"
                ),
            };
            sink.add("front-matter-swallows-body", span, message, |f| {
                f.help("Close the block with a line `---` that begins in column 1").related(*closed_by, "closed here")
            });
        }
        TrapKind::ClosesEarly { lost, within } => {
            let message = format!(
                "This `---` closes the front matter early: {} after it {} read as text",
                listed(lost),
                if lost.len() == 1 { "is" } else { "are" }
            );
            sink.add("front-matter-closes-early", span, message, |f| {
                if *within {
                    f.help("Indent the line if it belongs to a multi-line value, or write it as `\\-\\-\\-` or `***`")
                } else {
                    f.help("Remove this line, and put one `---` after the last of these keys")
                }
            });
        }
        TrapKind::Empty => {
            sink.add("front-matter-empty", span, "The front matter is empty, which the Hub refuses", |f| {
                f.help("Add metadata, at least `license:`, or remove both `---` lines")
            });
        }
        TrapKind::EmptyUnseen => {
            sink.add(
                "front-matter-empty",
                span,
                "There is nothing between the `---` lines: the Hub sees no metadata",
                |f| {
                    f.help("Add metadata, at least `license:`, or remove both `---` lines")
                        .at_most(Severity::Warning)
                        .readers(&[Effect::HubWarns])
                },
            );
        }
        TrapKind::SecondBlock { keys } => {
            let message = format!(
                "A second block of front matter is shown as text; its {} {} ignored",
                listed(keys),
                if keys.len() == 1 { "is" } else { "are" }
            );
            sink.add("front-matter-second-block", span, message, |f| f.help("Merge the two blocks into the first one"));
        }
        TrapKind::LineEnds { what } => {
            let message = format!("The lines end in {}, which hides the front matter from the Hub", safe::line(what));
            sink.add("front-matter-line-ends", span, message, |f: Finding| {
                f.help("Convert the file to LF line ends").maybe_fix(mend_line_ends(source.text()))
            });
        }
    }
}

fn fence(block: Span) -> Span {
    Span::new(block.start as usize, block.start as usize + 3)
}

/// Moves the block to the start of the file, unless something is wrapped around it.
fn move_block(ctx: &Context<'_>, before: Span, block: Span) -> Option<Fix> {
    let source = ctx.card.source;
    let text = source.slice(before);
    if text.trim_start().starts_with("```") || text.trim_start().starts_with("~~~") {
        return None;
    }
    let moved = format!("{}\n", source.slice(block));
    let edits =
        vec![Edit { span: Span::default(), replacement: moved }, Edit { span: block, replacement: String::new() }];
    Some(Fix { title: "move the front matter to the start of the file".to_owned(), safety: Safety::Unsafe, edits })
}

/// One edit a line end; not offered for files where that would be too many.
fn mend_line_ends(text: &str) -> Option<Fix> {
    const MOST_EDITS: usize = 10_000;
    let double = text.contains("\r\r\n");
    let pattern = if double { "\r\r\n" } else { "\r" };
    let edits: Vec<Edit> = text
        .match_indices(pattern)
        .take(MOST_EDITS + 1)
        .map(|(at, found)| Edit { span: Span::new(at, at + found.len()), replacement: "\n".to_owned() })
        .collect();
    (edits.len() <= MOST_EDITS).then(|| Fix {
        title: "convert the line ends to LF".to_owned(),
        safety: Safety::Safe,
        edits,
    })
}
