//! Neutralising of untrusted text, one function per output medium.
//!
//! A card is somebody else's text. Nothing in it may move the cursor, forge a workflow command,
//! open a link or start an element in a report. Every reporter passes what comes from a card, from
//! a file name or from an error message through one of these.

use std::borrow::Cow;
use std::fmt::Write as _;

/// True for characters that a terminal or a reader could be fooled with: C0 and C1 controls, bidi
/// controls and isolates, zero-width characters, line and paragraph separators, byte-order mark,
/// and the tag characters of plane 14.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line of plain text for a terminal: unsafe characters become a visible escape such as
/// `\n`, `\t` or `\u{202e}`.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// As [`line()`], shortened to at most `max` characters with an ellipsis.
#[must_use]
pub fn excerpt(text: &str, max: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(max) {
        None => line(text).into_owned(),
        Some((end, _)) => format!("{}…", line(text[..end].trim_end())),
    }
}

/// A value quoted for a message: back-ticked, on one line, at most 60 characters; blanks at its ends, which may be what is
/// wrong with it, are shown as `␠`, and those of other widths by their code.
#[must_use]
pub fn quoted(text: &str) -> String {
    let bare = text.trim();
    let blanks = |ends: &str| -> String {
        ends.chars().map(|c| if c == ' ' { "␠".to_owned() } else { c.escape_default().to_string() }).collect()
    };
    let at = text.len() - text.trim_start().len();
    let (before, behind) = (&text[..at], &text[at + bare.len()..]);
    // A final line end is how a block ends, and long ends say nothing.
    let plain = bare.is_empty() || before.len() + behind.len() > 8 || bare.contains('\n');
    let (before, behind) = if plain { (String::new(), String::new()) } else { (blanks(before), blanks(behind)) };
    format!("`{before}{}{behind}`", excerpt(text, 60).replace('`', "'"))
}

/// Makes rendered output harmless for a GitHub Actions log: the runner reads a command from any
/// line that begins with `::` after blanks, and from `##[` anywhere in a line
/// (actions/runner, read 2026-08). Both get a backslash, whatever the environment, so that the
/// same run prints the same text everywhere.
#[must_use]
pub fn workflow_log(text: &str) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##[") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for part in text.split_inclusive(['\n', '\r']) {
        let body = part.trim_start();
        if body.starts_with("::") {
            out.push_str(&part[..part.len() - body.len()]);
            out.push('\\');
            out.push_str(&body.replace("##[", "##\\["));
        } else {
            out.push_str(&part.replace("##[", "##\\["));
        }
    }
    Cow::Owned(out)
}

/// JSON text that means the same and is harmless in a terminal and a workflow log: unsafe characters
/// and the bracket of `##[` are escaped. A line of JSON never begins with `::`.
#[must_use]
pub fn json(json: &str) -> Cow<'_, str> {
    // Line feeds stand between members only: within text they are escaped already.
    let harmful = |c: char| is_unsafe(c) && c != '\n';
    let plain = |b: u8| matches!(b, b' '..=b'~' | b'\n');
    if !json.contains("##[") && (json.bytes().all(plain) || !json.contains(harmful)) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if harmful(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else if c == '[' && out.ends_with("##") {
            out.push_str("\\u005b");
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Data of a GitHub workflow command's message (actions/toolkit `command.ts`).
#[must_use]
pub fn command_data(text: &str) -> String {
    line(text).replace('%', "%25").replace("##[", "##\\[")
}

/// A property value of a GitHub workflow command.
#[must_use]
pub fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Inline Markdown (a GitHub job summary): no markup, link, mention or HTML survives.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let text = line(text);
    let mut at = 0;
    for c in text.chars() {
        let (before, behind) = (&text[..at], &text[at + c.len_utf8()..]);
        at += c.len_utf8();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            // Autolinks need "://" or "www.", emoji ":name:"; references need "#".
            ':' if !behind.is_empty() && !behind.starts_with(' ') => out.push_str("&#58;"),
            '.' if before.len() >= 3 && before.as_bytes()[before.len() - 3..].eq_ignore_ascii_case(b"www") => {
                out.push_str("&#46;");
            }
            '#' => out.push_str("&#35;"),
            // Formulas.
            '$' => out.push_str("&#36;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// One line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe.
#[must_use]
pub fn csv<T: AsRef<str>>(cells: &[T]) -> String {
    let quoted: Vec<String> = cells
        .iter()
        .map(|cell| {
            let line = line(cell.as_ref());
            let formula = line.starts_with(['=', '+', '-', '@']);
            format!("\"{}{}\"", if formula { "'" } else { "" }, line.replace('"', "\"\""))
        })
        .collect();
    quoted.join(",") + "\n"
}

/// Text for an HTML page, in elements and attributes.
#[must_use]
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Plain text of a SARIF message: brackets would be read as embedded links (SARIF 2.1.0, 3.11.6),
/// braces as placeholders (3.11.5).
#[must_use]
pub fn sarif_message(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in line(text).chars() {
        match c {
            '\\' | '[' | ']' => {
                out.push('\\');
                out.push(c);
            }
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            c => out.push(c),
        }
    }
    out
}

/// A relative URI reference from a path: everything but unreserved characters and `/` is
/// percent-encoded (RFC 3986).
#[must_use]
pub fn uri_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_become_visible() {
        assert_eq!(line("a\u{1b}[31mb\nc\u{202e}d"), "a\\u{1b}[31mb\\nc\\u{202e}d");
        assert_eq!(line("plain ünïcode 🎉"), "plain ünïcode 🎉");
        assert_eq!(excerpt("abcdef", 3), "abc…");
    }

    #[test]
    fn workflow_commands_are_defused() {
        assert_eq!(workflow_log("x\n  ::error::y\n"), "x\n  \\::error::y\n");
        assert_eq!(workflow_log("a ##[group] b"), "a ##\\[group] b");
        assert_eq!(workflow_log("std::mem"), "std::mem");
        assert_eq!(command_data("a\n::error::%"), "a\\n::error::%25");
        assert_eq!(command_property("a:b,c"), "a%3Ab%2Cc");
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(markdown("<b>|@x"), "&lt;b&gt;\\|&#64;x");
        assert_eq!(sarif_message("[a](b){0}"), "\\[a\\](b){{0}}");
        assert_eq!(uri_path("a b/ü?.md"), "a%20b/%C3%BC%3F.md");
    }
}
