//! Fuzzes the reader of configurations, results, requirements and tables, and the checks that compare them with a card.
#![no_main]

#[allow(dead_code, reason = "each user of the invariants needs a part of them")]
#[path = "../../tests/common/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    invariants::repository("records", bytes);
});
