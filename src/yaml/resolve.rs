//! How the two families of YAML readers type a plain scalar.
//!
//! [`yaml11`] follows the resolver of `PyYAML` 6.0.3 (`huggingface_hub`), [`yaml12`] the default
//! schema of `js-yaml` 4.3.2 (the Hub). Both are pure functions of the scalar's text; the recorded
//! answers of the real readers in `fixtures/readers/` hold them to it.

/// What a reader makes of a plain scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer in decimal digits with an optional `-`, of any size.
    Int(String),
    /// A float, infinities and NaN included.
    Float(f64),
    /// A calendar date or a point in time, as the parts that were written.
    Time(Time),
    /// The merge key `<<`.
    Merge,
    /// The YAML 1.1 value key `=`.
    DefaultValue,
    /// The reader's own constructor fails on it; the clause says why.
    Fails(&'static str),
    /// Text.
    Text,
}

impl Scalar {
    /// The type as a word for a message.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Scalar::Null => "null",
            Scalar::Bool(true) => "the boolean true",
            Scalar::Bool(false) => "the boolean false",
            Scalar::Int(_) => "an integer",
            Scalar::Float(_) => "a number",
            Scalar::Time(time) if time.clock.is_none() => "a date",
            Scalar::Time(_) => "a point in time",
            Scalar::Merge => "a merge key",
            Scalar::DefaultValue => "the value key",
            Scalar::Fails(_) => "an error",
            Scalar::Text => "text",
        }
    }
}

/// The parts of a timestamp. Ranges are not checked here: the readers differ in that, too.
#[derive(Clone, Debug, PartialEq)]
pub struct Time {
    /// Year, four digits.
    pub year: i64,
    /// Month as written.
    pub month: i64,
    /// Day as written.
    pub day: i64,
    /// Time of day; `None` for a date.
    pub clock: Option<Clock>,
}

/// The time of day of a [`Time`].
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// Hour as written.
    pub hour: i64,
    /// Minute as written.
    pub minute: i64,
    /// Second as written.
    pub second: i64,
    /// Digits behind the decimal point.
    pub fraction: String,
    /// Offset from UTC in minutes; `None` when no zone is given.
    pub offset: Option<i64>,
}

/// True for the spellings that both readers take for null.
#[must_use]
pub fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// YAML 1.1 as `PyYAML` reads it.
#[must_use]
pub fn yaml11(text: &str) -> Scalar {
    if !may_be_typed(text) {
        return Scalar::Text;
    }
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Scalar::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Scalar::Bool(false),
        "<<" => return Scalar::Merge,
        "=" => return Scalar::DefaultValue,
        _ if is_null(text) => return Scalar::Null,
        _ => {}
    }
    if !may_be_number(text) {
        return Scalar::Text;
    }
    if let Some(float) = float11(text) {
        return float;
    }
    if let Some(int) = int11(text) {
        return int;
    }
    match timestamp(text) {
        Some(time) => check_python_time(time),
        None => Scalar::Text,
    }
}

/// YAML 1.2 as `js-yaml` reads it: the core schema plus timestamps and merge keys.
#[must_use]
pub fn yaml12(text: &str) -> Scalar {
    if !may_be_typed(text) {
        return Scalar::Text;
    }
    match text {
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        "<<" => return Scalar::Merge,
        _ if is_null(text) => return Scalar::Null,
        _ => {}
    }
    if !may_be_number(text) {
        return Scalar::Text;
    }
    if let Some(int) = int12(text) {
        return Scalar::Int(int);
    }
    if let Some(float) = float12(text) {
        return Scalar::Float(float);
    }
    match timestamp(text) {
        Some(time) => Scalar::Time(time),
        None => Scalar::Text,
    }
}

/// True for a decimal number without ornament, which every reader takes for the same.
#[must_use]
pub fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    // A leading zero is octal to some. Digits behind a point are rounded by all alike.
    all(whole) && all(fraction) && whole.len() <= 15 && (whole == "0" || !whole.starts_with('0'))
}

/// False for what both schemas read as text by its first two bytes and, for words, its length: nearly every
/// scalar of a card, `name` and `type` among them.
#[must_use]
pub fn may_be_typed(text: &str) -> bool {
    let bytes = text.as_bytes();
    let word = |longest: &str, second: &[u8]| {
        text.len() <= longest.len() && bytes.get(1).is_some_and(|byte| second.contains(&byte.to_ascii_lowercase()))
    };
    match bytes.first() {
        None | Some(b'~' | b'<' | b'=' | b'+' | b'-' | b'.' | b'0'..=b'9') => true,
        Some(b'y' | b'Y') => word("yes", b"e"),
        Some(b'n' | b'N') => word("null", b"uo"),
        Some(b't' | b'T') => word("true", b"r"),
        Some(b'f' | b'F') => word("false", b"a"),
        Some(b'o' | b'O') => word("off", b"nf"),
        Some(_) => false,
    }
}

/// Numbers and dates begin with a sign, a digit or a point in both schemas.
fn may_be_number(text: &str) -> bool {
    text.as_bytes().first().is_some_and(|b| matches!(b, b'+' | b'-' | b'.' | b'0'..=b'9'))
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn all(text: &str, test: impl Fn(u8) -> bool) -> bool {
    text.bytes().all(test)
}

fn digit_or_underscore(b: u8) -> bool {
    b.is_ascii_digit() || b == b'_'
}

/// `.inf`, `.Inf`, `.INF` with an optional sign, and `.nan` likewise without.
fn special_float(text: &str) -> Option<f64> {
    let (negative, rest) = split_sign(text);
    match rest {
        ".inf" | ".Inf" | ".INF" => Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY }),
        _ => matches!(text, ".nan" | ".NaN" | ".NAN").then_some(f64::NAN),
    }
}

fn float11(text: &str) -> Option<Scalar> {
    if let Some(special) = special_float(text) {
        return Some(Scalar::Float(special));
    }
    let (negative, rest) = split_sign(text);
    let starts_with_digit = rest.as_bytes().first().is_some_and(u8::is_ascii_digit);
    let point = rest.find('.')?;
    let (whole, fraction) = (&rest[..point], &rest[point + 1..]);
    if whole.contains(':') {
        // Sexagesimal: 190:20:30.15
        let mut parts = whole.split(':');
        let head = parts.next()?;
        let sexagesimal = starts_with_digit
            && all(head, digit_or_underscore)
            && parts.all(is_sexagesimal_digit)
            && all(fraction, digit_or_underscore);
        if !sexagesimal {
            return None;
        }
        let clean = rest.replace('_', "");
        let mut value = 0.0;
        for part in clean.split(':') {
            let Ok(part) = part.parse::<f64>() else {
                return Some(Scalar::Fails("the number cannot be read"));
            };
            value = value * 60.0 + part;
        }
        return Some(Scalar::Float(if negative { -value } else { value }));
    }
    let (mantissa, exponent) = match fraction.find(['e', 'E']) {
        Some(at) => (&fraction[..at], Some(&fraction[at + 1..])),
        None => (fraction, None),
    };
    // The exponent needs a sign: `1e3` and `1.0e3` are text in YAML 1.1.
    let exponent_ok = exponent.is_none_or(|e| {
        e.len() > 1 && (e.starts_with('+') || e.starts_with('-')) && all(&e[1..], |b| b.is_ascii_digit())
    });
    let shape_ok = if whole.is_empty() {
        // `.5` takes no sign and needs a digit.
        rest.len() == text.len() && mantissa.as_bytes().first().is_some_and(u8::is_ascii_digit)
    } else {
        starts_with_digit && all(whole, digit_or_underscore)
    };
    if !(exponent_ok && shape_ok && all(mantissa, digit_or_underscore)) {
        return None;
    }
    let value: f64 = rest.replace('_', "").parse().ok()?;
    Some(Scalar::Float(if negative { -value } else { value }))
}

fn is_sexagesimal_digit(part: &str) -> bool {
    match part.as_bytes() {
        [a] => a.is_ascii_digit(),
        [a, b] => matches!(a, b'0'..=b'5') && b.is_ascii_digit(),
        _ => false,
    }
}

fn int11(text: &str) -> Option<Scalar> {
    let (negative, rest) = split_sign(text);
    let first = *rest.as_bytes().first()?;
    let signed = |digits: String| Scalar::Int(if negative && digits != "0" { format!("-{digits}") } else { digits });
    let based = |digits: &str, base: u32| -> Option<Scalar> {
        let clean = digits.replace('_', "");
        Some(match to_decimal(&clean, base) {
            Some(decimal) => signed(decimal),
            None if clean.len() > MAX_DIGITS => Scalar::Fails("the number has too many digits"),
            None => Scalar::Fails("the number has no digits"),
        })
    };
    if let Some(digits) = rest.strip_prefix("0b")
        && !digits.is_empty()
        && all(digits, |b| matches!(b, b'0' | b'1' | b'_'))
    {
        return based(digits, 2);
    }
    if let Some(digits) = rest.strip_prefix("0x")
        && !digits.is_empty()
        && all(digits, |b| b.is_ascii_hexdigit() || b == b'_')
    {
        return based(digits, 16);
    }
    if rest == "0" {
        return Some(Scalar::Int("0".to_owned()));
    }
    if first == b'0' {
        return if rest.len() > 1 && all(&rest[1..], |b| matches!(b, b'0'..=b'7' | b'_')) {
            based(rest, 8)
        } else {
            None
        };
    }
    if !matches!(first, b'1'..=b'9') {
        return None;
    }
    if all(rest, digit_or_underscore) {
        return based(rest, 10);
    }
    let mut parts = rest.split(':');
    let head = parts.next()?;
    let mut tail = parts.clone();
    if tail.next().is_none() || !all(head, digit_or_underscore) || !parts.clone().all(is_sexagesimal_digit) {
        return None;
    }
    let mut value: u128 = head.replace('_', "").parse().ok()?;
    for part in parts {
        value = value.checked_mul(60)?.checked_add(part.parse().ok()?)?;
    }
    Some(signed(value.to_string()))
}

fn int12(text: &str) -> Option<String> {
    let (negative, rest) = split_sign(text);
    let sign = |digits: String| if negative && digits != "0" { format!("-{digits}") } else { digits };
    let prefixes: [(&str, u32); 3] = [("0b", 2), ("0x", 16), ("0o", 8)];
    let (digits, base) =
        prefixes.iter().find_map(|&(prefix, base)| rest.strip_prefix(prefix).map(|d| (d, base))).unwrap_or((rest, 10));
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let decimal = to_decimal(digits, base)?;
    // What overflows a double is text to js-yaml.
    decimal.parse::<f64>().is_ok_and(f64::is_finite).then(|| sign(decimal))
}

fn float12(text: &str) -> Option<f64> {
    if let Some(special) = special_float(text) {
        return Some(special);
    }
    let (negative, rest) = split_sign(text);
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    if let Some(exponent) = exponent {
        let (_, digits) = split_sign(exponent);
        if digits.is_empty() || !all(digits, |b| b.is_ascii_digit()) {
            return None;
        }
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits_ok = all(whole, |b| b.is_ascii_digit()) && all(fraction, |b| b.is_ascii_digit());
    let shape_ok = if whole.is_empty() { rest.len() == text.len() && !fraction.is_empty() } else { true };
    if !(digits_ok && shape_ok) {
        return None;
    }
    let value: f64 = rest.parse().ok()?;
    value.is_finite().then_some(if negative { -value } else { value })
}

/// Longest number in another base that is converted, which takes quadratic time.
const MAX_DIGITS: usize = 5_000;

/// Decimal digits of a number in another base, exactly; `None` without digits or with more than
/// [`MAX_DIGITS`].
fn to_decimal(digits: &str, base: u32) -> Option<String> {
    const LIMB: u64 = 1_000_000_000;
    if digits.is_empty() || (base != 10 && digits.len() > MAX_DIGITS) {
        return None;
    }
    if base == 10 {
        let trimmed = digits.trim_start_matches('0');
        return Some(if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() });
    }
    let mut limbs: Vec<u64> = vec![0];
    for c in digits.chars() {
        let mut carry = u64::from(c.to_digit(base)?);
        for limb in &mut limbs {
            let value = *limb * u64::from(base) + carry;
            *limb = value % LIMB;
            carry = value / LIMB;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut out = limbs.pop().unwrap_or(0).to_string();
    for limb in limbs.iter().rev() {
        out.push_str(&format!("{limb:09}"));
    }
    Some(out)
}

/// The timestamp syntax, the same in both readers: `2024-01-31`, or with one- or two-digit month
/// and day when a time follows.
fn timestamp(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let number = |at: &mut usize, least: usize, most: usize| -> Option<i64> {
        let start = *at;
        while *at < bytes.len() && *at - start < most && bytes[*at].is_ascii_digit() {
            *at += 1;
        }
        if *at - start < least { None } else { text[start..*at].parse().ok() }
    };
    let expect = |at: &mut usize, byte: u8| -> Option<()> { (bytes.get(*at) == Some(&byte)).then(|| *at += 1) };
    let year = number(&mut at, 4, 4)?;
    expect(&mut at, b'-')?;
    let month = number(&mut at, 1, 2)?;
    expect(&mut at, b'-')?;
    let day = number(&mut at, 1, 2)?;
    if at == bytes.len() {
        return (bytes.len() == 10).then_some(Time { year, month, day, clock: None });
    }
    let before = at;
    if matches!(bytes[at], b'T' | b't') {
        at += 1;
    } else {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        if at == before {
            return None;
        }
    }
    let hour = number(&mut at, 1, 2)?;
    expect(&mut at, b':')?;
    let minute = number(&mut at, 2, 2)?;
    expect(&mut at, b':')?;
    let second = number(&mut at, 2, 2)?;
    let mut fraction = String::new();
    if bytes.get(at) == Some(&b'.') {
        let start = at + 1;
        at = start;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        text[start..at].clone_into(&mut fraction);
    }
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    let offset = match bytes.get(at) {
        // Trailing blanks cannot occur: a plain scalar never ends with one.
        None => None,
        Some(b'Z') => {
            at += 1;
            Some(0)
        }
        Some(sign @ (b'+' | b'-')) => {
            at += 1;
            let hours = number(&mut at, 1, 2)?;
            let minutes = if expect(&mut at, b':').is_some() { number(&mut at, 2, 2)? } else { 0 };
            let total = hours * 60 + minutes;
            Some(if *sign == b'-' { -total } else { total })
        }
        Some(_) => return None,
    };
    (at == bytes.len()).then_some(Time {
        year,
        month,
        day,
        clock: Some(Clock { hour, minute, second, fraction, offset }),
    })
}

/// Python's `datetime` refuses what does not exist; `PyYAML` lets that error through.
fn check_python_time(time: Time) -> Scalar {
    let date_ok = time.year >= 1
        && (1..=12).contains(&time.month)
        && time.day >= 1
        && time.day <= days_in_month(time.year, time.month);
    let clock_ok = time.clock.as_ref().is_none_or(|clock| {
        clock.hour < 24
            && clock.minute < 60
            && clock.second < 60
            && clock.offset.is_none_or(|offset| offset.abs() < 24 * 60)
    });
    if date_ok && clock_ok { Scalar::Time(time) } else { Scalar::Fails("there is no such date") }
}

/// Days of a month in the proleptic Gregorian calendar.
#[must_use]
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_norway_problem() {
        assert_eq!(yaml11("no"), Scalar::Bool(false));
        assert_eq!(yaml12("no"), Scalar::Text);
        assert_eq!(yaml11("y"), Scalar::Text);
        assert_eq!(yaml11("nO"), Scalar::Text);
    }

    #[test]
    fn numbers_by_version() {
        let int = |n: &str| Scalar::Int(n.to_owned());
        for (text, old, new) in [
            ("017", int("15"), int("17")),
            ("089", Scalar::Text, int("89")),
            ("0o17", Scalar::Text, int("15")),
            ("1e3", Scalar::Text, Scalar::Float(1000.0)),
            ("1.0e+3", Scalar::Float(1000.0), Scalar::Float(1000.0)),
            ("1.0e3", Scalar::Text, Scalar::Float(1000.0)),
            ("1_000", int("1000"), Scalar::Text),
            ("1:30", int("90"), Scalar::Text),
            ("12:30:45", int("45045"), Scalar::Text),
            ("-1:30", int("-90"), Scalar::Text),
            ("1.10", Scalar::Float(1.1), Scalar::Float(1.1)),
            ("+.inf", Scalar::Float(f64::INFINITY), Scalar::Float(f64::INFINITY)),
            ("0x1F", int("31"), int("31")),
            ("-0x1F", int("-31"), int("-31")),
            ("0x_", Scalar::Fails("the number has no digits"), Scalar::Text),
            (".5", Scalar::Float(0.5), Scalar::Float(0.5)),
            ("-.5", Scalar::Text, Scalar::Text),
            ("1.", Scalar::Float(1.0), Scalar::Float(1.0)),
            ("1.2.3", Scalar::Text, Scalar::Text),
            ("-", Scalar::Text, Scalar::Text),
            ("...", Scalar::Text, Scalar::Text),
        ] {
            assert_eq!(yaml11(text), old, "YAML 1.1 reads {text}");
            assert_eq!(yaml12(text), new, "YAML 1.2 reads {text}");
        }
    }

    #[test]
    fn plain_numbers_are_read_alike() {
        for text in [
            "0",
            "-0",
            "7",
            "0.5",
            "-12.25",
            "99.0",
            "123456789012345",
            "00",
            "01.5",
            "1.",
            ".5",
            "1e3",
            "+1",
            "1_0",
            "",
            "-",
        ] {
            if is_plain_number(text) {
                let (old, new) = (yaml11(text), yaml12(text));
                assert_eq!(old, new, "{text}");
                assert!(matches!(old, Scalar::Int(_) | Scalar::Float(_)), "{text}");
            }
        }
        assert!(
            is_plain_number("-12.25") && !is_plain_number("012") && !is_plain_number("1e3") && !is_plain_number("1.")
        );
    }

    #[test]
    fn large_numbers_keep_their_digits() {
        let digits = "1234567890123456789012345678901234567890";
        assert_eq!(yaml11(digits), Scalar::Int(digits.to_owned()));
        assert_eq!(
            to_decimal("ffffffffffffffffffffffffffffffffff", 16).as_deref(),
            Some("87112285931760246646623899502532662132735")
        );
    }

    #[test]
    fn dates() {
        assert!(matches!(yaml11("2024-01-31"), Scalar::Time(Time { clock: None, .. })));
        assert_eq!(yaml11("2024-02-30"), Scalar::Fails("there is no such date"));
        assert!(matches!(yaml12("2024-13-45"), Scalar::Time(_)));
        assert_eq!(yaml11("2024-1-1"), Scalar::Text);
        assert!(matches!(yaml11("2024-1-1 1:02:03.5 +01:00"), Scalar::Time(_)));
    }
}
