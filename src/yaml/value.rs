//! A value as a reader sees it, and the texts that languages make of it.

use super::reading::Reader;
use super::resolve::Time;

/// A value as one reader sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Null.
    Null,
    /// Boolean.
    Bool(bool),
    /// Integer, decimal digits. `js-yaml` has no integers of its own: see [`Value::as_f64`].
    Int(String),
    /// Float.
    Float(f64),
    /// Text.
    Str(String),
    /// Date or time; the reader's own object, not text.
    Time(Time),
    /// `!!binary`.
    Binary(Vec<u8>),
    /// Sequence.
    Seq(Vec<Value>),
    /// Mapping in source order with unique keys.
    Map(Vec<(Value, Value)>),
    /// `!!set` in Python.
    Set(Vec<Value>),
    /// A place where a value contains itself.
    Cycle,
}

impl Value {
    /// The number as a double, for integers and floats.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(digits) => digits.parse().ok(),
            Value::Float(value) => Some(*value),
            _ => None,
        }
    }
}
impl Value {
    /// The value as one line of text in which equal values are equal, whatever the language: the
    /// form in which `fixtures/readers/` records what the real readers see.
    ///
    /// `n`, `t`, `f`; `i12;` (Python) and `d` with the sixteen hexadecimal digits of a double;
    /// `s3:abc`; `D`/`T` with a date or time; `b2:0aff`; `[…]`, `S[…]`, `{…}` with sorted keys; `c`
    /// where a value contains itself.
    #[must_use]
    pub fn canonical(&self, reader: Reader) -> String {
        let mut out = String::new();
        self.write_canonical(reader, &mut out);
        out
    }

    fn write_canonical(&self, reader: Reader, out: &mut String) {
        match self {
            Value::Null => out.push('n'),
            Value::Bool(flag) => out.push(if *flag { 't' } else { 'f' }),
            Value::Int(digits) if reader == Reader::Python => out.push_str(&format!("i{digits};")),
            Value::Int(_) | Value::Float(_) => match self.as_f64() {
                Some(number) if !number.is_nan() => out.push_str(&format!("d{:016x};", number.to_bits())),
                _ => out.push_str("dnan;"),
            },
            Value::Str(text) => out.push_str(&format!("s{}:{text}", text.len())),
            Value::Time(time) if reader == Reader::JavaScript => {
                out.push_str(&format!("T{};", js_iso(js_time_value(time))));
            }
            Value::Time(time) => out.push_str(&python_iso(time)),
            Value::Binary(bytes) => {
                out.push_str(&format!("b{}:", bytes.len()));
                for byte in bytes {
                    out.push_str(&format!("{byte:02x}"));
                }
            }
            Value::Seq(items) => {
                out.push('[');
                for item in items {
                    item.write_canonical(reader, out);
                }
                out.push(']');
            }
            Value::Set(items) => {
                let mut items: Vec<String> = items.iter().map(|item| item.canonical(reader)).collect();
                items.sort();
                out.push_str(&format!("S[{}]", items.concat()));
            }
            Value::Map(pairs) => {
                let mut pairs: Vec<(String, String)> =
                    pairs.iter().map(|(key, value)| (key.canonical(reader), value.canonical(reader))).collect();
                pairs.sort();
                out.push('{');
                for (key, value) in pairs {
                    out.push_str(&key);
                    out.push_str(&value);
                }
                out.push('}');
            }
            Value::Cycle => out.push('c'),
        }
    }
}

/// `isoformat()` of Python's `date` and `datetime`.
fn python_iso(time: &Time) -> String {
    let date = format!("{:04}-{:02}-{:02}", time.year, time.month, time.day);
    let Some(clock) = &time.clock else { return format!("D{date};") };
    let mut out = format!("T{date}T{:02}:{:02}:{:02}", clock.hour, clock.minute, clock.second);
    let micro = format!("{:0<6}", clock.fraction.chars().take(6).collect::<String>());
    if micro != "000000" {
        out.push_str(&format!(".{micro}"));
    }
    if let Some(offset) = clock.offset {
        let sign = if offset < 0 { '-' } else { '+' };
        out.push_str(&format!("{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60));
    }
    out.push(';');
    out
}

/// A text that is equal for keys that a reader takes for the same. Python compares `1`, `1.0` and
/// `True` as equal.
pub(super) fn identity(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("s{text}"),
        Value::Bool(flag) => format!("d{}", u8::from(*flag)),
        Value::Float(value) if value.is_nan() => format!("n{:p}", std::ptr::from_ref(value)),
        Value::Int(digits) => match digits.parse::<i64>() {
            Ok(small) => format!("d{small}"),
            Err(_) => format!("d{digits}"),
        },
        Value::Float(value) => format!("d{value}"),
        other => format!("{other:?}"),
    }
}

/// `String(value)` of JavaScript for what can be a key.
pub(super) fn js_text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(digits) => js_number(digits.parse().unwrap_or(f64::NAN)),
        Value::Float(number) => js_number(*number),
        Value::Str(text) => text.clone(),
        Value::Time(time) => js_date_text(time),
        Value::Binary(bytes) => bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(","),
        Value::Seq(items) => items.iter().map(js_text).collect::<Vec<_>>().join(","),
        Value::Map(_) | Value::Set(_) | Value::Cycle => "[object Object]".to_owned(),
    }
}

/// `Number.prototype.toString` (ECMA-262, `Number::toString` with radix 10).
#[must_use]
pub fn js_number(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let magnitude = number.abs();
    if (1e-6..1e21).contains(&magnitude) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if !exponent.starts_with('-') => format!("{mantissa}e+{exponent}"),
        _ => text,
    }
}

/// Milliseconds since 1970 of a timestamp, with parts out of range carried over as `Date.UTC` does.
#[must_use]
pub fn js_time_value(time: &Time) -> i64 {
    // Days from civil, after Howard Hinnant's "chrono-compatible low-level date algorithms".
    let months = time.month - 1;
    // `Date.UTC` reads the years 0 to 99 as 1900 to 1999 (ECMA-262, 21.4.3.4).
    let written_year = if (0..=99).contains(&time.year) { time.year + 1900 } else { time.year };
    let (year, month) = (written_year + months.div_euclid(12), months.rem_euclid(12) + 1);
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    let days = era * 146_097 + doe - 719_468 + time.day - 1;
    let mut milliseconds = days * 86_400_000;
    if let Some(clock) = &time.clock {
        let fraction: i64 = format!("{:0<3}", clock.fraction.chars().take(3).collect::<String>()).parse().unwrap_or(0);
        milliseconds += ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000 + fraction;
        milliseconds -= clock.offset.unwrap_or(0) * 60_000;
    }
    milliseconds
}

/// `Date.prototype.toISOString`.
#[must_use]
pub fn js_iso(milliseconds: i64) -> String {
    let days = milliseconds.div_euclid(86_400_000);
    let rest = milliseconds.rem_euclid(86_400_000);
    let (year, month, day) = civil(days);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, milli) = (rest / 1000 % 60, rest % 1000);
    let year = if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+07}") };
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Year, month and day of a count of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// `Date.prototype.toString` in UTC, which is what a date as a key becomes.
fn js_date_text(time: &Time) -> String {
    let milliseconds = js_time_value(time);
    let days = milliseconds.div_euclid(86_400_000);
    let rest = milliseconds.rem_euclid(86_400_000) / 1000;
    let (year, month, day) = civil(days);
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!(
        "{} {} {day:02} {year:04} {:02}:{:02}:{:02} GMT+0000 (Coordinated Universal Time)",
        weekday[usize::try_from(days.rem_euclid(7)).unwrap_or(0)],
        months[usize::try_from(month - 1).unwrap_or(0)],
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}
