//! Fuzzes the YAML tree and both readers.
#![no_main]

#[allow(dead_code, reason = "each user of the invariants needs a part of them")]
#[path = "../../tests/common/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|text: &str| invariants::yaml(text));
