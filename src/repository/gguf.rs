//! Headers of GGUF files: what the writer says of the model, and its tensors.
//!
//! Source of the format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>; names of keys as in
//! `gguf/constants.py` of gguf 0.17.

use std::collections::BTreeMap;

use super::{Files, pointer};

/// Bytes read at first; each further piece is twice as long.
const CHUNK: usize = 256 << 10;
/// Longest piece that is read at a time, in bytes.
const MAX_CHUNK: usize = 8 << 20;
/// Longest text that is kept, in bytes; longer ones are passed over.
const MAX_TEXT: u64 = 64 << 10;
/// Entries of the metadata, at most.
const MAX_ENTRIES: u64 = 65_536;
/// Tensors, at most.
const MAX_TENSORS: u64 = 1 << 20;
/// Depth of arrays in arrays.
const MAX_DEPTH: usize = 4;

/// What the header of a GGUF file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gguf {
    /// The file whose header was read.
    pub file: String,
    /// `general.architecture`.
    pub architecture: Option<String>,
    /// `general.type`: `model`, `adapter`, `imatrix`, `mmproj` …
    pub kind: Option<String>,
    /// `general.license`: an SPDX id or expression, or the Hub's.
    pub license: Option<String>,
    /// `general.license.name`
    pub license_name: Option<String>,
    /// `general.license.link`
    pub license_link: Option<String>,
    /// Addresses of base models (`general.base_model.N.repo_url`).
    pub base_models: Vec<String>,
    /// Addresses or ids of datasets (`general.dataset.N.repo_url`, `general.datasets`).
    pub datasets: Vec<String>,
    /// `[architecture].context_length`
    pub context_length: Option<u64>,
    /// Numbers in all tensors; `None` when the file is one of several parts, or the tensors were not reached.
    pub parameters: Option<u64>,
}

/// A value of the metadata, as far as it is kept.
enum Value {
    Number(u64),
    Text(String),
    Texts(Vec<String>),
    Other,
}

/// Reads a file from its start, a chunk at a time.
struct Reader<'a> {
    files: &'a dyn Files,
    path: &'a str,
    bytes: Vec<u8>,
    /// Place in `bytes`.
    at: usize,
    /// Offset behind `bytes` in the file.
    next: u64,
    /// Offset up to which is read.
    limit: u64,
    /// Bytes of the next piece.
    chunk: usize,
    big: bool,
}

/// Why the header ends early.
enum End {
    /// More than is read.
    Limit,
    /// What is wrong, as a clause.
    Broken(String),
}

type Read<T> = Result<T, End>;

fn broken<T>(message: impl Into<String>) -> Read<T> {
    Err(End::Broken(message.into()))
}

impl Reader<'_> {
    /// Makes the next `length` bytes available.
    fn fill(&mut self, length: usize) -> Read<()> {
        if self.bytes.len() - self.at >= length {
            return Ok(());
        }
        self.bytes.drain(..self.at);
        self.at = 0;
        while self.bytes.len() < length {
            if self.next >= self.limit {
                return Err(End::Limit);
            }
            match self.files.read(self.path, self.next, self.chunk) {
                Some(more) if !more.is_empty() => {
                    self.next += more.len() as u64;
                    self.chunk = (self.chunk * 2).min(MAX_CHUNK);
                    self.bytes.extend(more);
                }
                _ => return broken("is cut off in its header"),
            }
        }
        Ok(())
    }

    fn skip(&mut self, mut length: u64) -> Read<()> {
        let there = (self.bytes.len() - self.at) as u64;
        if length <= there {
            self.at += usize::try_from(length).unwrap_or(0);
            return Ok(());
        }
        length -= there;
        self.at = self.bytes.len();
        self.next = self.next.saturating_add(length);
        if self.next > self.limit { Err(End::Limit) } else { Ok(()) }
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        self.fill(N)?;
        let Some(bytes) = self.bytes[self.at..].first_chunk::<N>() else { return broken("is cut off in its header") };
        self.at += N;
        Ok(*bytes)
    }

    fn u32(&mut self) -> Read<u32> {
        let bytes = self.array()?;
        Ok(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u64(&mut self) -> Read<u64> {
        let bytes = self.array()?;
        Ok(if self.big { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    /// A text; `None` when it is too long to be kept.
    fn text(&mut self) -> Read<Option<String>> {
        let length = self.u64()?;
        if length > MAX_TEXT {
            self.skip(length)?;
            return Ok(None);
        }
        let length = usize::try_from(length).unwrap_or(0);
        self.fill(length)?;
        let text = String::from_utf8_lossy(&self.bytes[self.at..self.at + length]).into_owned();
        self.at += length;
        Ok(Some(text))
    }

    fn value(&mut self, kind: u32, keep: bool, depth: usize) -> Read<Value> {
        Ok(match kind {
            0 | 7 => Value::Number(u64::from(self.array::<1>()?[0])),
            1 => {
                self.skip(1)?;
                Value::Other
            }
            2 => {
                let bytes = self.array()?;
                Value::Number(u64::from(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }))
            }
            3 => {
                self.skip(2)?;
                Value::Other
            }
            4 => Value::Number(u64::from(self.u32()?)),
            5 => u64::try_from(self.u32()?.cast_signed()).map_or(Value::Other, Value::Number),
            6 => {
                self.skip(4)?;
                Value::Other
            }
            8 => match self.text()? {
                Some(text) if keep => Value::Text(text),
                _ => Value::Other,
            },
            9 => self.list(keep, depth)?,
            10 => Value::Number(self.u64()?),
            11 => u64::try_from(self.u64()?.cast_signed()).map_or(Value::Other, Value::Number),
            12 => {
                self.skip(8)?;
                Value::Other
            }
            other => return broken(format!("has a value of the unknown type {other} in its header")),
        })
    }

    fn list(&mut self, keep: bool, depth: usize) -> Read<Value> {
        let kind = self.u32()?;
        let length = self.u64()?;
        if depth >= MAX_DEPTH {
            return broken("has arrays in arrays in its header");
        }
        let size = match kind {
            0 | 1 | 7 => Some(1),
            2 | 3 => Some(2),
            4..=6 => Some(4),
            10..=12 => Some(8),
            _ => None,
        };
        if let Some(size) = size {
            self.skip(length.saturating_mul(size))?;
            return Ok(Value::Other);
        }
        let mut texts = Vec::new();
        for _ in 0..length {
            // Each element takes bytes of the file, whose end or limit comes before any count that is a lie.
            if let Value::Text(text) = self.value(kind, keep, depth + 1)?
                && texts.len() < 1_000
            {
                texts.push(text);
            }
        }
        Ok(Value::Texts(texts))
    }
}

/// Reads the header of a file, at most `limit` bytes of it; `None` for a pointer.
///
/// # Errors
/// What is wrong with the file, as a clause.
pub fn header(files: &dyn Files, path: &str, limit: u64) -> Result<Option<Gguf>, String> {
    let Some(first) = files.read(path, 0, CHUNK) else { return Ok(None) };
    if pointer::read(&first).is_some() {
        return Ok(None);
    }
    if !first.starts_with(b"GGUF") {
        return Err("is not a GGUF file: it does not begin with `GGUF`".to_owned());
    }
    let next = first.len() as u64;
    let mut reader = Reader { files, path, bytes: first, at: 4, next, limit, chunk: 2 * CHUNK, big: false };
    let mut found = Gguf { file: path.to_owned(), ..Gguf::default() };
    match read(&mut reader, &mut found) {
        Ok(()) | Err(End::Limit) => {}
        Err(End::Broken(message)) => return Err(message),
    }
    if path.contains("-of-") {
        found.parameters = None;
    }
    Ok(Some(found))
}

fn read(reader: &mut Reader<'_>, found: &mut Gguf) -> Read<()> {
    let mut version = reader.u32()?;
    if version.trailing_zeros() >= 16 && version != 0 {
        // Written on a machine with the bytes in the other order.
        reader.big = true;
        version = version.swap_bytes();
    }
    if !(2..=3).contains(&version) {
        return broken(format!("is GGUF of version {version}, which cardlint does not read"));
    }
    let tensors = reader.u64()?;
    let entries = reader.u64()?;
    if tensors > MAX_TENSORS || entries > MAX_ENTRIES {
        return broken(format!("claims {tensors} tensors and {entries} entries in its header"));
    }
    let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
    let mut alignment = 32;
    let mut bases: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..entries {
        let Some(key) = reader.text()? else { return broken("has a key of more than 64 KiB in its header") };
        let kind = reader.u32()?;
        let keep = key.starts_with("general.");
        match (reader.value(kind, keep, 0)?, key.as_str()) {
            (Value::Text(text), "general.architecture") => found.architecture = Some(text),
            (Value::Text(text), "general.type") => found.kind = Some(text),
            (Value::Number(number), "general.alignment") => alignment = number.clamp(1, 1 << 20),
            (Value::Text(text), "general.license") => found.license = Some(text),
            (Value::Text(text), "general.license.name") => found.license_name = Some(text),
            (Value::Text(text), "general.license.link") => found.license_link = Some(text),
            (Value::Text(text), key) if key.starts_with("general.base_model.") && key.ends_with(".repo_url") => {
                bases.insert(key.to_owned(), text);
            }
            (Value::Text(text), key) if key.starts_with("general.dataset.") && key.ends_with(".repo_url") => {
                found.datasets.push(text);
            }
            (Value::Texts(texts), "general.datasets") => found.datasets.extend(texts),
            (Value::Number(number), key) if key.ends_with(".context_length") => {
                numbers.insert(key.to_owned(), number);
            }
            _ => {}
        }
    }
    found.base_models = bases.into_values().collect();
    let key = found.architecture.as_ref().map(|architecture| format!("{architecture}.context_length"));
    found.context_length = key.and_then(|key| numbers.get(&key).copied());
    let (mut parameters, mut last) = (0_u64, 0);
    for _ in 0..tensors {
        if reader.text()?.is_none() {
            return broken("has a tensor with a name of more than 64 KiB");
        }
        let sides = reader.u32()?;
        if sides > 8 {
            return broken(format!("has a tensor of {sides} dimensions"));
        }
        let mut count = 1_u64;
        for _ in 0..sides {
            count = count.saturating_mul(reader.u64()?);
        }
        parameters = parameters.saturating_add(count);
        let _format = reader.u32()?;
        last = reader.u64()?.max(last);
    }
    if parameters == u64::MAX {
        return broken("claims more numbers than there can be");
    }
    let data = (reader.next - (reader.bytes.len() - reader.at) as u64).next_multiple_of(alignment);
    if tensors > 0
        && let Some(size) = reader.files.size(reader.path).filter(|size| data.saturating_add(last) >= *size)
    {
        return broken(format!("is cut off: it has {size} bytes, and a tensor begins after them"));
    }
    found.parameters = Some(parameters);
    Ok(())
}

/// The name of a file up to the mark of its quantisation, in lower case: what files of one model have in common.
#[must_use]
pub fn stem(name: &str) -> String {
    let lower = name.to_lowercase();
    let is_mark = |rest: &str| {
        let rest = ["ud-", "i1-", "imat-"].iter().find_map(|prefix| rest.strip_prefix(prefix)).unwrap_or(rest);
        let digit = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        let formats = ["f16", "f32", "bf16", "fp16", "fp32", "fp8", "mxfp4", "gguf"];
        ["iq", "tq", "q"].iter().any(|quant| rest.strip_prefix(quant).is_some_and(digit))
            || formats.iter().any(|format| rest.starts_with(format))
    };
    let cut = lower.char_indices().find(|(at, c)| matches!(c, '-' | '.' | '_') && is_mark(&lower[at + 1..]));
    cut.map_or(lower.as_str(), |(at, _)| &lower[..at]).to_owned()
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn stems_leave_the_quantisation_out() {
        for name in [
            "Helpdesk-8B-Q4_K_M.gguf",
            "Helpdesk-8B.i1-IQ2_XS.gguf",
            "helpdesk-8b-UD-Q8_0-00001-of-00002.gguf",
            "Helpdesk-8B.gguf",
        ] {
            assert_eq!(stem(name), "helpdesk-8b", "{name}");
        }
    }
}
