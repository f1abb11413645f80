//! What weights are learned from (`scripts/disclosure/learn.py`): reads paths of cards, one a line, and prints for each
//! a line of JSON with its segments and what clauses alone say of its topics.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use cardlint::card::{Card, Siblings, decode};
use cardlint::disclosure;
use cardlint::text::SourceFile;

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for path in io::stdin().lock().lines() {
        let path = path?;
        let (text, faults) = decode(std::fs::read(&path)?);
        let source = SourceFile::new("README.md", text);
        let card = Card::read(&source, faults, Siblings::none(), None);
        let segments = disclosure::known(&card);
        // What the clauses alone would say of the card.
        let best = |id: &str| segments.iter().filter_map(|segment| segment.fits.get(id)).max().copied().unwrap_or(0);
        let clauses: BTreeMap<&str, u8> =
            disclosure::topics().iter().map(|topic| (topic.id.as_str(), best(&topic.id))).collect();
        let line = serde_json::json!({ "card": path, "segments": segments, "clauses": clauses });
        writeln!(out, "{line}")?;
    }
    out.flush()
}
