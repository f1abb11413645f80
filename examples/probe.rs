use cardlint::card::{Card, Siblings, decode};
use cardlint::disclosure;
use cardlint::text::SourceFile;
fn main() {
    let topic = std::env::args().nth(1).unwrap();
    let t = disclosure::topic(&topic).unwrap();
    for path in std::env::args().skip(2) {
        let (text, faults) = decode(std::fs::read(&path).unwrap());
        let source = SourceFile::new("README.md", text);
        let card = Card::read(&source, faults, Siblings::none(), None);
        let d = &disclosure::read(&card)[t];
        if d.level.is_disclosed() {
            let e = &d.evidence[0];
            println!("{} {} | {}", d.level.as_str(), path.rsplit('/').nth(1).unwrap(), source.slice(*e).chars().take(230).collect::<String>().replace('\n', " ⏎ "));
        }
    }
}
