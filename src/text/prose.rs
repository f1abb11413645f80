//! Lists and numbers in sentences.

/// "one, two and three", with a conjunction of choice.
#[must_use]
pub fn listed<T: AsRef<str>>(words: &[T], conjunction: &str) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [init @ .., last] if !init.is_empty() => format!("{} {conjunction} {last}", init.join(", ")),
        words => words.concat(),
    }
}

/// A text in lower case with single blanks for hyphens, underscores and white space.
#[must_use]
pub fn spaced(text: &str) -> String {
    let lower = text.to_lowercase().replace(['-', '_'], " ");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number with commas between its thousands: "700,000,000".
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let parts = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_numbers() {
        assert_eq!(listed::<&str>(&[], "and"), "");
        assert_eq!(listed(&["one"], "and"), "one");
        assert_eq!(listed(&["one", "two", "three"], "or"), "one, two or three");
        assert_eq!(spaced("Llama-3  8B_it\n"), "llama 3 8b it");
        assert_eq!([grouped(7), grouped(1_000), grouped(1_234_567)], ["7", "1,000", "1,234,567"]);
    }
}
