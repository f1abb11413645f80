//! Headers of safetensors files: which tensors, of which number format and shape.
//!
//! Source of the format: <https://huggingface.co/docs/safetensors/index#format>

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::{Files, pointer};

/// Bytes read at first: most headers fit.
const FIRST: usize = 64 << 10;
/// Largest header, in bytes (`MAX_HEADER_SIZE` of the reference implementation).
const MAX_HEADER: u64 = 100_000_000;

/// What the headers of a model's files say together.
#[derive(Debug, Default)]
pub struct Weights {
    /// The files.
    pub files: Vec<String>,
    /// Numbers by their format: `BF16`, `F32`, `I8` …
    pub numbers: BTreeMap<String, u64>,
    /// Texts that the writer left, such as `format`.
    pub metadata: BTreeMap<String, String>,
}

impl Weights {
    /// Adds what a file holds.
    pub fn add(&mut self, header: Header) {
        for (format, count) in header.numbers {
            let sum = self.numbers.entry(format).or_default();
            *sum = sum.saturating_add(count);
        }
        self.metadata.extend(header.metadata);
    }

    /// All numbers of all formats.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.numbers.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The format of nine in ten numbers, if there is one.
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        let (format, count) = self.numbers.iter().max_by_key(|(_, count)| **count)?;
        (*count >= self.total() / 10 * 9).then_some(format.as_str())
    }

    /// True when a number is a parameter: packed ones, as quantisers write, are not.
    #[must_use]
    pub fn counts_parameters(&self) -> bool {
        self.format().is_some_and(|format| format.starts_with('F') || format.starts_with("BF"))
    }
}

/// What one header says.
#[derive(Debug, Default)]
pub struct Header {
    /// Numbers by their format.
    pub numbers: BTreeMap<String, u64>,
    /// Texts that the writer left.
    pub metadata: BTreeMap<String, String>,
    /// Where the last tensor ends, from the end of the header.
    end: u64,
}

#[derive(Deserialize)]
struct Tensor<'a> {
    #[serde(borrow)]
    dtype: Cow<'a, str>,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tensors;
        impl<'de> Visitor<'de> for Tensors {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut header = Header::default();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    if name == "__metadata__" {
                        header.metadata = map.next_value()?;
                        continue;
                    }
                    let tensor: Tensor<'de> = map.next_value()?;
                    let count = tensor.shape.iter().fold(1_u64, |product, side| product.saturating_mul(*side));
                    match header.numbers.get_mut(tensor.dtype.as_ref()) {
                        Some(sum) => *sum = sum.saturating_add(count),
                        None => {
                            header.numbers.insert(tensor.dtype.into_owned(), count);
                        }
                    }
                    header.end = header.end.max(tensor.data_offsets.1);
                }
                Ok(header)
            }
        }
        deserializer.deserialize_map(Tensors)
    }
}

/// What was found of a file.
#[derive(Debug)]
pub enum Read {
    /// Its header.
    Header(Header),
    /// A pointer to a file of so many bytes.
    Pointer(u64),
    /// Nothing: it cannot be read, or its header is larger than what is left of the budget.
    Nothing,
}

/// Reads the header of a file.
///
/// # Errors
/// What is wrong with the file, as a clause.
pub fn header(files: &dyn Files, path: &str, budget: &mut u64) -> Result<Read, String> {
    let Some(size) = files.size(path) else { return Ok(Read::Nothing) };
    let Some(mut bytes) = files.read(path, 0, FIRST) else { return Ok(Read::Nothing) };
    if let Some(size) = pointer::read(&bytes) {
        return Ok(Read::Pointer(size));
    }
    let Some(length) = bytes.first_chunk::<8>() else {
        return Err(format!("is not a safetensors file: it has {size} bytes"));
    };
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER {
        return Err(format!("is not a safetensors file: its header would have {length} bytes"));
    }
    if length.saturating_add(8) > size {
        return Err(format!("is cut off: its header has {length} bytes, and the file {size}"));
    }
    if length > *budget {
        return Ok(Read::Nothing);
    }
    *budget -= length;
    let (Ok(whole), Ok(rest)) = (usize::try_from(length + 8), u64::try_from(bytes.len())) else {
        return Ok(Read::Nothing);
    };
    if whole > bytes.len() {
        match files.read(path, rest, whole - bytes.len()) {
            Some(more) => bytes.extend(more),
            None => return Ok(Read::Nothing),
        }
    }
    let Some(json) = bytes.get(8..whole) else { return Ok(Read::Nothing) };
    let header: Header = serde_json::from_slice(json).map_err(|error| format!("has a broken header: {error}"))?;
    if header.numbers.values().any(|count| *count == u64::MAX) {
        return Err("claims more numbers than there can be".to_owned());
    }
    // The data fill the file to its end.
    let ends = header.end.saturating_add(length + 8);
    if ends > size {
        return Err(format!("is cut off: its tensors end at byte {ends}, and the file has {size}"));
    }
    Ok(Read::Header(header))
}

/// The files that an index names.
#[must_use]
pub fn shards(index: &Value) -> BTreeSet<String> {
    let map = index["weight_map"].as_object();
    map.into_iter().flatten().filter_map(|(_, file)| file.as_str()).map(str::to_owned).collect()
}
