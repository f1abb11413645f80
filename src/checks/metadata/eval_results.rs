//! `.eval_results/*.yaml`: each file is audited with the card of its repository.

use super::schema::{Place, grouped, report};
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::rule::Fix;
use crate::schema;
use crate::text::{Span, safe};
use crate::yaml::project::{self, Step};
use crate::yaml::resolve::{self, Scalar};
use crate::yaml::{self, Style};

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.card.kind != Kind::Model || !sink.wants("eval-results-structure") {
        return;
    }
    for companion in ctx.eval_results {
        let source = companion.source;
        let text = source.text();
        let at_file = |mut finding: crate::rule::Finding| {
            finding.file = companion.file;
            finding
        };
        let document = match yaml::parse(text, 0) {
            Ok(document) => document,
            Err(error) => {
                let message = format!("The file is not valid YAML: {}", safe::line(&error.message));
                sink.add("eval-results-structure", error.span, message, |f| at_file(f).anchor("yaml"));
                continue;
            }
        };
        let Some(root) = document.root() else {
            sink.add(
                "eval-results-structure",
                Span::default(),
                "The file is empty, where a list of results is accepted",
                |f| at_file(f).help("Add results or remove the file").anchor("empty"),
            );
            continue;
        };
        let place = Place { source, document: &document, root, end: Span::default(), file: companion.file };
        for violation in grouped(schema::embedded("eval-results").violations(&document, root)) {
            report(&place, &violation, sink);
        }
        // A bare date is valid to the schema, which sees it as text, but not to Python.
        for &item in document.items(root).unwrap_or_default() {
            let steps = [Step::Key("date".to_owned())];
            let (Some(_), date, 1) = project::find(&document, item, &steps) else { continue };
            let node = document.node(date);
            let yaml::Kind::Scalar { value, style: Style::Plain } = &node.kind else { continue };
            if matches!(resolve::yaml11(value), Scalar::Time(_)) {
                let message = format!(
                    "The date {} must be in quotes: huggingface_hub reads a date object, not text",
                    safe::quoted(value)
                );
                let fix = Fix::safe("put the date in quotes", node.span, format!("\"{value}\""));
                sink.add("eval-results-structure", node.span, message, |f| {
                    at_file(f).help("Put the date in quotes").anchor("/date").fix(fix)
                });
            }
        }
    }
}
