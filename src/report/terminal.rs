//! What the terminal at the other end can show.

use std::borrow::Cow;

use crate::rule::Severity;

/// How to render for people.
#[derive(Clone, Debug)]
pub struct Style {
    /// Columns available; `usize::MAX` where nothing limits them.
    pub width: usize,
    /// Colours and other escapes.
    pub color: bool,
    /// A terminal: box characters may be used.
    pub terminal: bool,
    /// SARIF holds silenced findings too.
    pub silenced: bool,
    /// Least severity that makes the run fail, if one does.
    pub fails: Option<Severity>,
    /// The current folder from the top of the repository that a server has checked out, where names start for it.
    pub below: String,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            terminal: false,
            silenced: false,
            fails: Some(Severity::Error),
            below: String::new(),
        }
    }
}

impl Style {
    /// A file as it is named from the top of the repository.
    pub(crate) fn place<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.below.is_empty() || name.starts_with('/') {
            return Cow::Borrowed(name);
        }
        let mut parts: Vec<&str> = self.below.split('/').collect();
        for part in name.split('/') {
            match part {
                // Above the top nothing has a name.
                ".." if parts.pop().is_none() => return Cow::Borrowed(name),
                "." | ".." => {}
                part => parts.push(part),
            }
        }
        Cow::Owned(parts.join("/"))
    }

    /// `text` in an ANSI style when colours are on.
    pub(crate) fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::Style;

    #[test]
    fn names_start_at_the_top() {
        let style = Style { below: "models/a".to_owned(), ..Style::default() };
        assert_eq!(style.place("./README.md"), "models/a/README.md");
        assert_eq!(style.place("../b/README.md"), "models/b/README.md");
        assert_eq!(style.place("../../../c/README.md"), "../../../c/README.md");
        assert_eq!(style.place("/c/README.md"), "/c/README.md");
        assert_eq!(Style::default().place("../b/README.md"), "../b/README.md");
    }
}
