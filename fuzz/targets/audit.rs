//! Fuzzes the whole audit and all reports.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/common/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    invariants::audit(bytes);
});
