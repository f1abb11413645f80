//! Serves the fake Hub of the tests to real clients: prints its address, and ends when its input does.

#[allow(dead_code, reason = "each user of the server needs a part of it")]
#[path = "../tests/common/fake_hub.rs"]
mod fake_hub;

use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let fake = fake_hub::FakeHub::start();
    let mut out = std::io::stdout();
    writeln!(out, "{}", fake.endpoint)?;
    out.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
