//! A server that answers as the Hub does: what `huggingface_hub` 2.4.0 and `cardlint --online` ask for, with the
//! redirects, refusals, limits and failures that the Hub is known for. Files lie on a second port, as on the
//! Hub's storage hosts.
//!
//! Sources of the answers: `huggingface_hub` 2.4.0 (`file_download.py`, `utils/_http.py`), and
//! <https://huggingface.co/docs/hub/rate-limits>.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The commit of every repository.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What the server saw of one request.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Storage, not Hub.
    pub storage: bool,
    pub path: String,
    pub token: Option<String>,
    pub range: Option<String>,
    /// Bytes of the body that it sent.
    pub sent: usize,
}

/// A repository: its files by path, and what the Hub shows of its metadata.
#[derive(Clone, Default)]
pub struct Repository {
    pub files: Vec<(String, Vec<u8>)>,
    pub card_data: String,
    pub gated: bool,
}

#[derive(Default)]
struct State {
    repositories: HashMap<String, Repository>,
    seen: Vec<Seen>,
    /// How often each path was asked for.
    asked: HashMap<String, usize>,
}

/// A running server; it ends with the process.
#[derive(Clone)]
pub struct FakeHub {
    pub endpoint: String,
    storage: String,
    state: Arc<Mutex<State>>,
}

impl FakeHub {
    /// Starts the server with what [`repositories`] holds.
    pub fn start() -> Self {
        let listen = || TcpListener::bind("127.0.0.1:0").expect("a port");
        let (hub, storage) = (listen(), listen());
        let address = |listener: &TcpListener| format!("http://{}", listener.local_addr().expect("an address"));
        let fake = Self {
            endpoint: address(&hub),
            storage: address(&storage),
            state: Arc::new(Mutex::new(State { repositories: repositories(), ..State::default() })),
        };
        for (listener, is_storage) in [(hub, false), (storage, true)] {
            let fake = fake.clone();
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let fake = fake.clone();
                    // A client that hangs up is no matter.
                    thread::spawn(move || drop(fake.serve(stream, is_storage)));
                }
            });
        }
        fake
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).seen.clone()
    }

    fn serve(&self, stream: TcpStream, storage: bool) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let mut parts = first.split_whitespace();
        let (method, path) = (parts.next().unwrap_or_default().to_owned(), parts.next().unwrap_or_default().to_owned());
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                headers.insert(name.trim().to_lowercase(), value.trim().to_owned());
            }
        }
        let (token, range) = (headers.get("authorization").cloned(), headers.get("range").cloned());
        let asked = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let count = state.asked.entry(path.clone()).or_default();
            *count += 1;
            *count
        };
        let mut answer =
            if storage { self.stored(&path, range.as_deref()) } else { self.answer(&path, asked, token.as_deref()) };
        let length = answer.body.len();
        if method == "HEAD" {
            answer.body.clear();
        }
        let seen = Seen { storage, path, token, range, sent: answer.body.len() };
        self.state.lock().unwrap_or_else(PoisonError::into_inner).seen.push(seen);
        let mut out = stream;
        write!(out, "HTTP/1.1 {} Answer\r\nConnection: close\r\nContent-Length: {length}\r\n", answer.status)?;
        for (name, value) in &answer.headers {
            write!(out, "{name}: {value}\r\n")?;
        }
        out.write_all(b"\r\n")?;
        if answer.slow {
            for piece in answer.body.chunks(answer.body.len() / 4 + 1) {
                out.write_all(piece)?;
                out.flush()?;
                thread::sleep(Duration::from_millis(150));
            }
            return Ok(());
        }
        let end = if answer.cut { answer.body.len() / 2 } else { answer.body.len() };
        out.write_all(&answer.body[..end])?;
        out.flush()
    }

    fn stored(&self, path: &str, range: Option<&str>) -> Answer {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((id, file)) = path.trim_start_matches('/').split_once("/-/") else { return Answer::error(404, "") };
        let file = file.split('?').next().unwrap_or_default();
        let found = state.repositories.get(id).and_then(|repo| repo.files.iter().find(|(name, _)| name == file));
        let Some((_, bytes)) = found else { return Answer::error(404, "EntryNotFound") };
        let bounds = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
        match bounds.and_then(|(from, to)| Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?))) {
            Some((from, to)) if from < bytes.len() => {
                let to = (to + 1).min(bytes.len());
                let told = format!("bytes {from}-{}/{}", to - 1, bytes.len());
                Answer::new(206, bytes[from..to].to_vec()).with("Content-Range", &told)
            }
            Some(_) => Answer::error(416, ""),
            None => Answer::new(200, bytes.clone()),
        }
    }

    fn answer(&self, path: &str, asked: usize, token: Option<&str>) -> Answer {
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        if bare == "/api/models" && query.contains("author=acme") {
            return if query.contains("cursor=2") {
                // What leads to another host is not to be followed.
                let evil = format!("<{}/api/models?author=acme>; rel=\"next\"", self.storage);
                Answer::json(r#"[{"id": "acme/no-card"}, {"id": "acme/flaky"}]"#).with("Link", &evil)
            } else {
                let next = format!("<{}/api/models?author=acme&limit=500&cursor=2>; rel=\"next\"", self.endpoint);
                Answer::json(r#"[{"id": "acme/tickets"}]"#).with("Link", &next)
            };
        }
        let id = |rest: &str| rest.split('/').take(2).collect::<Vec<_>>().join("/");
        if let Some(rest) = bare.strip_prefix("/api/models/").or_else(|| bare.strip_prefix("/api/datasets/")) {
            let dataset = bare.starts_with("/api/datasets/");
            return self.info(&id(rest), rest, dataset, asked, token);
        }
        // `/acme/tickets/resolve/main/README.md`
        let dataset = bare.starts_with("/datasets/");
        let rest = bare.strip_prefix("/datasets").unwrap_or(bare).trim_start_matches('/');
        let Some((name, file)) = rest.split_once("/resolve/") else { return Answer::error(404, "RepoNotFound") };
        let Some((_, file)) = file.split_once('/') else { return Answer::error(404, "EntryNotFound") };
        let key = if dataset { format!("datasets/{name}") } else { name.to_owned() };
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(repository) = state.repositories.get(&key) else { return Answer::error(404, "RepoNotFound") };
        if repository.gated && file != "README.md" && token != Some("Bearer hf_granted") {
            return Answer::error(403, "GatedRepo");
        }
        let Some((_, bytes)) = repository.files.iter().find(|(name, _)| name == file) else {
            return Answer::error(404, "EntryNotFound").with("X-Repo-Commit", COMMIT);
        };
        if key == "acme/cut" && asked == 1 {
            return Answer { cut: true, ..Answer::new(200, bytes.clone()) };
        }
        if key == "acme/slow" {
            return Answer { slow: true, ..Answer::new(200, bytes.clone()) };
        }
        let etag = format!(
            "\"{:040x}\"",
            bytes.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)))
        );
        Answer::new(302, Vec::new())
            .with("Location", &format!("{}/{key}/-/{file}?signature=secret", self.storage))
            .with("X-Repo-Commit", COMMIT)
            .with("X-Linked-Etag", &etag)
            .with("X-Linked-Size", &bytes.len().to_string())
            .with("ETag", &etag)
    }

    fn info(&self, id: &str, rest: &str, dataset: bool, asked: usize, token: Option<&str>) -> Answer {
        let key = if dataset { format!("datasets/{id}") } else { id.to_owned() };
        match id {
            "acme/private" if token.is_none() => return Answer::error(401, "RepoNotFound"),
            "acme/down" => return Answer::error(503, ""),
            "acme/flaky" if asked < 3 => return Answer::error(502, ""),
            "acme/limited" if asked == 1 => return Answer::error(429, "").with("RateLimit", "\"api\";r=0;t=0"),
            "acme/forever" => return Answer::error(429, "").with("Retry-After", "9999"),
            "acme/old" => {
                let next = rest.replacen("acme/old", "acme/tickets", 1);
                return Answer::new(307, Vec::new()).with("Location", &format!("/api/models/{next}?blobs=true"));
            }
            _ => {}
        }
        if rest.contains("/revision/") && !rest.ends_with("/main") && !rest.ends_with(COMMIT) {
            return Answer::error(404, "RevisionNotFound");
        }
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(repository) = state.repositories.get(&key) else { return Answer::error(404, "RepoNotFound") };
        if rest.contains("/tree/") {
            let entry = |(name, bytes): &(String, Vec<u8>)| {
                format!(r#"{{"type": "file", "path": "{name}", "size": {}, "oid": "{COMMIT}"}}"#, bytes.len())
            };
            let entries: Vec<String> = repository.files.iter().map(entry).collect();
            return Answer::json(&format!("[{}]", entries.join(", ")));
        }
        let siblings: Vec<String> = repository
            .files
            .iter()
            .map(|(name, bytes)| format!(r#"{{"rfilename": "{name}", "size": {}}}"#, bytes.len()))
            .collect();
        let data = if repository.card_data.is_empty() { "{}" } else { &repository.card_data };
        let gated = if repository.gated { "\"manual\"" } else { "false" };
        Answer::json(&format!(
            r#"{{"id": "{id}", "modelId": "{id}", "sha": "{COMMIT}", "private": false, "gated": {gated}, "tags": [], "downloads": 1, "likes": 0, "siblings": [{}], "cardData": {data}}}"#,
            siblings.join(", ")
        ))
    }
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    cut: bool,
    slow: bool,
}

impl Answer {
    fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, headers: Vec::new(), body, cut: false, slow: false }
    }

    fn json(body: &str) -> Self {
        Self::new(200, body.as_bytes().to_vec()).with("Content-Type", "application/json; charset=utf-8")
    }

    fn error(status: u16, code: &str) -> Self {
        let answer = Self::new(status, br#"{"error": "as the Hub says"}"#.to_vec());
        if code.is_empty() {
            answer
        } else {
            answer.with("X-Error-Code", code).with("X-Error-Message", "as the Hub says")
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

fn card(metadata: &str, title: &str) -> Vec<u8> {
    format!("---\nlicense: apache-2.0\nlibrary_name: transformers\npipeline_tag: text-generation\nlanguage: en\n{metadata}---\n# {title}\n\nAnswers tickets.\n").into_bytes()
}

/// The repositories of the server.
fn repositories() -> HashMap<String, Repository> {
    let plain =
        |title: &str| Repository { files: vec![("README.md".to_owned(), card("", title))], ..Repository::default() };
    // Ten million numbers, of which no test may fetch more than the header.
    let header = br#"{"w":{"dtype":"BF16","shape":[10000000],"data_offsets":[0,20000000]}}"#;
    let mut weights = (header.len() as u64).to_le_bytes().to_vec();
    weights.extend(header);
    weights.resize(weights.len() + 20_000_000, 0);
    let tickets = Repository {
        files: vec![
            ("README.md".to_owned(), card("base_model: basics/base\n", "Tickets 7B")),
            (
                "config.json".to_owned(),
                br#"{"architectures": ["LlamaForCausalLM"], "auto_map": {"AutoModel": "x.Y"}}"#.to_vec(),
            ),
            ("model.safetensors".to_owned(), weights),
            (".eval_results/a.yaml".to_owned(), b"- dataset: {id: acme/data, task_id: t}\n  value: 0.5\n".to_vec()),
        ],
        ..Repository::default()
    };
    let mut all: HashMap<String, Repository> = ["flaky", "limited", "forever", "down", "private", "cut", "slow"]
        .iter()
        .map(|name| (format!("acme/{name}"), plain(name)))
        .collect();
    all.insert("acme/tickets".to_owned(), tickets);
    let described = |data: &str| Repository { card_data: data.to_owned(), ..plain("Base") };
    all.insert("basics/base".to_owned(), described(r#"{"license": "other", "base_model": ["basics/root"]}"#));
    all.insert("basics/root".to_owned(), described(r#"{"license": "cc-by-nc-4.0", "base_model": "basics/base"}"#));
    all.insert("acme/no-card".to_owned(), Repository::default());
    all.insert(
        "acme/gated".to_owned(),
        Repository {
            files: vec![("README.md".to_owned(), card("", "Gated")), ("config.json".to_owned(), b"{}".to_vec())],
            gated: true,
            ..Repository::default()
        },
    );
    let data = b"---\nlicense: mit\npretty_name: Tickets\n---\n# Dataset card for Tickets\n".to_vec();
    let data = Repository { files: vec![("README.md".to_owned(), data)], ..Repository::default() };
    all.insert("datasets/acme/data".to_owned(), data);
    all
}
