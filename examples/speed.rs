use cardlint::card::{Card, Siblings, decode};
use cardlint::disclosure;
use cardlint::text::SourceFile;
use std::time::Instant;
fn main() {
    let t = Instant::now();
    let n = disclosure::topics().len();
    println!("load {n} topics {:?}", t.elapsed());
    let sources: Vec<_> = std::env::args().skip(1).map(|p| { let (t, _) = decode(std::fs::read(p).unwrap()); SourceFile::new("README.md", t) }).collect();
    let cards: Vec<_> = sources.iter().map(|s| Card::read(s, Vec::new(), Siblings::none(), None)).collect();
    for _ in 0..3 {
        let t = Instant::now();
        let c: usize = cards.iter().map(|c| disclosure::read(c).iter().filter(|d| d.level.is_disclosed()).count()).sum();
        println!("read {} cards {c} {:?}", cards.len(), t.elapsed());
        let t = Instant::now();
        let c: usize = sources.iter().map(|s| Card::read(s, Vec::new(), Siblings::none(), None).outline.headings.len()).sum();
        println!("Card::read {c} {:?}", t.elapsed());
    }
}
