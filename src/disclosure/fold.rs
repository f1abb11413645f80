//! How headings and labels are compared. `build.rs` compiles this file too, for the headings of topics.

/// Folds a heading or label for comparison: lower case, words only.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut between = false;
    for c in text.chars() {
        if c.is_alphanumeric() || c == '\'' {
            if between && !out.is_empty() {
                out.push(' ');
            }
            between = false;
            if c.is_ascii() {
                out.push(c.to_ascii_lowercase());
            } else {
                out.extend(c.to_lowercase());
            }
        } else {
            between = true;
        }
    }
    out
}
