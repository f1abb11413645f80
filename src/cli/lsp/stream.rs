//! The streams to the client. A message that cannot be read is answered, and ends nothing; only one whose length cannot
//! be told leaves no place to go on from.

use std::io::{self, BufRead, Read, Write};
use std::thread::{self, JoinHandle};

use anyhow::{Context, anyhow, bail};
use lsp_server::{Connection, ErrorCode, Message};
use lsp_types::notification::{Exit, Notification as _};
use serde_json::{Value, json};

use crate::card::MAX_BYTES;

/// Bytes of a message: a card of the largest size, each byte escaped.
const MAX_MESSAGE: u64 = 6 * MAX_BYTES;
/// Bytes of the lines before a message.
const MAX_HEAD: u64 = 4_096;

/// The threads that read and write.
pub(super) struct Threads {
    reader: JoinHandle<anyhow::Result<()>>,
    writer: JoinHandle<io::Result<()>>,
}

impl Threads {
    /// Waits for both, when the connection is closed.
    ///
    /// # Errors
    /// What one of them says.
    pub(super) fn join(self) -> anyhow::Result<()> {
        let panicked = || anyhow!("internal: a thread panicked");
        self.writer.join().map_err(|_| panicked())?.context("cannot write to the client")?;
        self.reader.join().map_err(|_| panicked())?
    }
}

/// A connection over standard input and output.
pub(super) fn connect() -> (Connection, Threads) {
    let (server, client) = Connection::memory();
    let Connection { sender, receiver } = client;
    let reader = thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(bytes) = frame(&mut input)? {
            let message = match read(&bytes) {
                Ok(message) => message,
                Err(fault) => {
                    send(&fault)?;
                    continue;
                }
            };
            let last = matches!(&message, Message::Notification(note) if note.method == Exit::METHOD);
            if sender.send(message).is_err() || last {
                break;
            }
        }
        Ok(())
    });
    let writer = thread::spawn(move || {
        for message in receiver {
            message.write(&mut io::stdout().lock())?;
        }
        Ok(())
    });
    (server, Threads { reader, writer })
}

/// One message, or the answer to what is none.
fn read(bytes: &[u8]) -> Result<Message, Value> {
    let refusal = |id: Value, code: ErrorCode, message: String| json!({"jsonrpc": "2.0", "id": id, "error": {"code": code as i32, "message": message}});
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| refusal(Value::Null, ErrorCode::ParseError, format!("this is not JSON: {error}")))?;
    let id = value.get("id").filter(|id| id.is_number() || id.is_string()).cloned().unwrap_or_default();
    serde_json::from_value(value)
        .map_err(|_| refusal(id, ErrorCode::InvalidRequest, "this is not a JSON-RPC 2.0 message".to_owned()))
}

fn send(value: &Value) -> io::Result<()> {
    let text = value.to_string();
    let mut out = io::stdout().lock();
    write!(out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    out.flush()
}

/// The bytes of the next message; `None` at the end.
fn frame(input: &mut impl BufRead) -> anyhow::Result<Option<Vec<u8>>> {
    let (mut length, mut line) = (None, Vec::new());
    loop {
        line.clear();
        if input.by_ref().take(MAX_HEAD).read_until(b'\n', &mut line).context("cannot read from the client")? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            break;
        }
        if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let length = length.context("the client does not say how long its message is")?;
    if length > MAX_MESSAGE {
        bail!("the client announces a message of {length} bytes; the most that is read is {MAX_MESSAGE}");
    }
    let mut bytes = Vec::new();
    input.by_ref().take(length).read_to_end(&mut bytes).context("cannot read from the client")?;
    Ok((bytes.len() as u64 == length).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::{MAX_MESSAGE, frame, read};

    #[test]
    fn messages_are_read_and_what_is_none_is_answered() {
        let mut input = "content-length: 2\r\nX: y\r\n\r\n{}Content-Length: 5\r\n\r\nab".as_bytes();
        assert_eq!(frame(&mut input).expect("a message").as_deref(), Some(b"{}".as_slice()));
        assert_eq!(frame(&mut input).expect("the end"), None);
        assert!(frame(&mut format!("Content-Length: {}\r\n\r\n", MAX_MESSAGE + 1).as_bytes()).is_err());
        assert!(frame(&mut "X: y\r\n\r\n{}".as_bytes()).is_err());
        let code = |text: &str| read(text.as_bytes()).expect_err("no message")["error"]["code"].as_i64();
        assert_eq!((code("{\"id\":5,"), code("{}"), code("[]")), (Some(-32700), Some(-32600), Some(-32600)));
        assert_eq!(read(br#"{"jsonrpc":"2.0","id":9,"method":5}"#).expect_err("no message")["id"], 9);
        assert!(read(br#"{"jsonrpc":"2.0","method":"exit"}"#).is_ok());
    }
}
