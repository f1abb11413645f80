//! Fuzzes the readers of the files beside a card, and the checks that compare them with it.
#![no_main]

#[allow(dead_code, reason = "each user of the invariants needs a part of them")]
#[path = "../../tests/common/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    invariants::repository(bytes);
});
