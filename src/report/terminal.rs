//! What the terminal at the other end can show.

/// How to render for people.
#[derive(Clone, Debug)]
pub struct Style {
    /// Columns available.
    pub width: usize,
    /// Colours and other escapes.
    pub color: bool,
    /// A terminal: box characters may be used.
    pub terminal: bool,
    /// SARIF holds silenced findings too.
    pub silenced: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, color: false, terminal: false, silenced: false }
    }
}

impl Style {
    /// `text` in an ANSI style when colours are on.
    pub(crate) fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
