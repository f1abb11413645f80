//! How headings and labels are compared. `build.rs` compiles this file too, for the headings of topics.

/// Folds a heading or label for comparison: lower case, words only.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}
