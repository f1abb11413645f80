//! The Hub itself, asked only with `--online`: what a repository holds, its card, and bytes of its files.
//!
//! Requests, headers and error codes as `huggingface_hub` 2.4.0 uses them; rate limits as in
//! <https://huggingface.co/docs/hub/rate-limits>. The token goes to the Hub and to no other host.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{anyhow, bail};
use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Uri};

use super::{Reference, Remote, name};
use crate::card::{Kind, MAX_BYTES};
use crate::cli::discover::Target;
use crate::cli::talk;
use crate::license::{Role, Stated};
use crate::repository::Files;
use crate::text::safe;
use crate::vocab::repo_id;

/// Tries of one request.
const TRIES: u32 = 5;
/// Pause before the second try; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// Longest wait for a rate limit: one window of the Hub.
const MAX_WAIT: u64 = 301;
/// Hosts that one request may be sent on to.
const MAX_REDIRECTS: usize = 5;
/// Largest answer about repositories, in bytes.
const MAX_ANSWER: u64 = 64 << 20;
/// Repositories of one owner.
const MAX_LISTED: usize = 100_000;

/// The Hub.
pub struct Hub {
    agent: Agent,
    /// Scheme, host and prefix, without a slash at its end.
    endpoint: String,
    token: Option<String>,
    /// What was asked about base models and data.
    stated: Mutex<HashMap<(bool, String), Option<Stated>>>,
    failures: Mutex<Vec<String>>,
    /// It was said that a limit is waited for.
    waited: AtomicBool,
}

/// A complete answer.
struct Answer {
    status: u16,
    headers: HeaderMap,
    /// At most as many bytes as were asked for.
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn json(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.body).map_err(|error| format!("the Hub sent no JSON: {error}"))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn set(name: &str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn is_true(name: &str) -> bool {
    set(name).is_some_and(|value| matches!(value.to_uppercase().as_str(), "1" | "ON" | "YES" | "TRUE"))
}

/// The token, from where `huggingface_hub` takes it.
fn token() -> Option<String> {
    if is_true("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
        return None;
    }
    set("HF_TOKEN").or_else(|| set("HUGGING_FACE_HUB_TOKEN")).or_else(|| {
        let path = set("HF_TOKEN_PATH").map(PathBuf::from).or_else(|| Some(super::cache::home()?.join("token")))?;
        fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    })
}

impl Hub {
    /// The Hub that `HF_ENDPOINT` names, with the user's token.
    ///
    /// # Errors
    /// When the environment forbids requests, or names no place.
    pub fn from_environment() -> anyhow::Result<Self> {
        if let Some(name) = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].into_iter().find(|name| is_true(name)) {
            bail!("--online: {name} is set, so that no request is made");
        }
        let endpoint = set("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".to_owned());
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let uri: Uri = endpoint.parse().map_err(|_| anyhow!("HF_ENDPOINT is not an address"))?;
        let named = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if !named || !matches!(uri.scheme_str(), Some("http" | "https")) {
            bail!("HF_ENDPOINT is not the address of a host, such as https://huggingface.co");
        }
        let token = token();
        if token.as_ref().is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            bail!("the Hub token (HF_TOKEN) contains characters that no token has");
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("cardlint/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Ok(Self {
            agent: config.into(),
            endpoint,
            token,
            stated: Mutex::default(),
            failures: Mutex::default(),
            waited: AtomicBool::new(false),
        })
    }

    /// True for an address at the Hub itself.
    fn is_own(&self, url: &str) -> bool {
        url.strip_prefix(&self.endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    /// One request and what it leads to, without a second try.
    fn once(&self, url: &str, range: Option<&str>, limit: u64) -> Result<Answer, Failure> {
        let mut url = url.to_owned();
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self.agent.get(&url);
            if let Some(token) = self.token.as_ref().filter(|_| self.is_own(&url)) {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            if let Some(range) = range {
                request = request.header("range", range);
            }
            let mut response = request.call().map_err(|error| Failure::of(&error))?;
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            if (300..400).contains(&status)
                && let Some(next) = headers.get("location").and_then(|next| next.to_str().ok())
            {
                url = resolve(&url, next)
                    .ok_or_else(|| Failure::Other("the Hub sent the request to no address".to_owned()))?;
                continue;
            }
            let mut body = Vec::new();
            // A server that knows no ranges sends everything: no more of it is read than was asked for.
            let read = response.body_mut().as_reader().take(limit).read_to_end(&mut body);
            read.map_err(|error| match error.downcast::<ureq::Error>() {
                Ok(error) => Failure::of(&error),
                Err(error) => Failure::Other(format!("the answer was cut off: {error}")),
            })?;
            return Ok(Answer { status, headers, body });
        }
        Err(Failure::Other(format!("the Hub sent the request on more than {MAX_REDIRECTS} times")))
    }

    /// A request, again where that may help: after a pause, or when a limit is over.
    fn get(&self, url: &str, range: Option<&str>, limit: u64) -> Result<Answer, String> {
        let mut pause = PAUSE;
        let mut last = String::new();
        for tried in 1..=TRIES {
            match self.once(url, range, limit) {
                Ok(answer) if answer.status == 429 => {
                    let wait = wait(&answer).unwrap_or(pause.as_secs() + 1);
                    "the Hub limits the rate of requests".clone_into(&mut last);
                    if wait > MAX_WAIT || tried == TRIES {
                        let token = if self.token.is_none() { ", or with a token (HF_TOKEN)" } else { "" };
                        return Err(format!("{last}: try again in {wait} s{token}"));
                    }
                    self.say_waiting(&format!("{last}: {wait} s"));
                    thread::sleep(Duration::from_secs(wait));
                    continue;
                }
                Ok(answer) if answer.status >= 500 || answer.status == 408 => {
                    last = format!("the Hub answers with status {}", answer.status);
                }
                Ok(answer) => return Ok(answer),
                // Who is slow once is slow again.
                Err(Failure::Slow) => return Err("the Hub did not answer in time".to_owned()),
                Err(Failure::Other(reason)) => last = reason,
            }
            if tried < TRIES {
                thread::sleep(pause);
                pause *= 2;
            }
        }
        Err(format!("{last} ({TRIES} tries)"))
    }

    /// Tells of a wait once, however many requests wait.
    fn say_waiting(&self, message: &str) {
        if !self.waited.swap(true, Ordering::Relaxed) {
            talk("waiting", message);
        }
    }

    /// The address of something about a repository.
    fn api(&self, kind: Kind, rest: &str) -> String {
        let kind = if kind == Kind::Dataset { "datasets" } else { "models" };
        format!("{}/api/{kind}{rest}", self.endpoint)
    }

    /// Why a repository cannot be read, in words.
    fn refusal(&self, answer: &Answer, id: &str, revision: Option<&str>) -> String {
        let code = answer.header("x-error-code").unwrap_or_default();
        match (answer.status, code) {
            (_, "GatedRepo") => {
                format!("is gated: ask for access at {}/{id}, and give a token with it (HF_TOKEN)", self.endpoint)
            }
            (_, "RevisionNotFound") => format!("has no revision `{}`", revision.unwrap_or("main")),
            (_, "EntryNotFound") => "has no README.md".to_owned(),
            (401, _) if self.token.is_none() => {
                "does not exist, or is private: a token gives access (HF_TOKEN, `hf auth login`)".to_owned()
            }
            (401, _) => "does not exist, or the token is not valid or does not see it".to_owned(),
            (404, _) => "does not exist, or the token does not see it".to_owned(),
            (403, _) => "is not for this token".to_owned(),
            (410 | 451, _) => "was taken down".to_owned(),
            (status, _) => format!("cannot be read: the Hub answers with status {status}"),
        }
    }

    /// Ids of all repositories of an owner.
    fn list(&self, kind: Kind, owner: &str) -> Result<Vec<String>, String> {
        let mut ids = Vec::new();
        let mut next = Some(self.api(kind, &format!("?author={}&limit=500", safe::uri_path(owner))));
        while let Some(url) = next.take() {
            let answer = self.get(&url, None, MAX_ANSWER)?;
            if answer.status != 200 {
                return Err(self.refusal(&answer, owner, None));
            }
            let page = answer.json()?;
            let page = page.as_array().ok_or("the Hub sent no list")?;
            ids.extend(page.iter().filter_map(|entry| entry["id"].as_str()).map(str::to_owned));
            if ids.len() > MAX_LISTED {
                return Err(format!("has more than {MAX_LISTED} repositories"));
            }
            // The next page is followed at the Hub only.
            let link = answer.header("link").and_then(next_page).map(str::to_owned);
            next = link.filter(|link| self.is_own(link) && !page.is_empty());
        }
        ids.retain(|id| repo_id::fault(id).is_none());
        ids.sort();
        ids.dedup();
        Ok(ids)
    }

    /// What a repository states of itself, for those who derive from it; asked once.
    pub fn stated(&self, role: Role, repo: &str) -> Option<Stated> {
        if repo_id::fault(repo).is_some() {
            return None;
        }
        let kind = if role == Role::Dataset { Kind::Dataset } else { Kind::Model };
        let key = (role == Role::Dataset, repo.to_lowercase());
        if let Some(known) = lock(&self.stated).get(&key) {
            return known.clone();
        }
        let found = match self.get(&self.api(kind, &format!("/{repo}")), None, MAX_ANSWER) {
            Ok(answer) if answer.status == 200 => answer.json().ok().map(|info| stated(&info)),
            // What does not exist or is not to be seen says nothing.
            Ok(_) => None,
            Err(reason) => {
                lock(&self.failures).push(format!("{repo}: {reason}"));
                None
            }
        };
        lock(&self.stated).insert(key, found.clone());
        found
    }

    /// What went wrong while others were asked about; it is told once.
    pub fn failures(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.failures))
    }
}

/// Where a redirect leads.
fn resolve(from: &str, next: &str) -> Option<String> {
    if next.starts_with("https://") || next.starts_with("http://") {
        return Some(next.to_owned());
    }
    // `//host` would be another host under the same scheme.
    if !next.starts_with('/') || next.starts_with("//") {
        return None;
    }
    let uri: Uri = from.parse().ok()?;
    Some(format!("{}://{}{next}", uri.scheme_str()?, uri.authority()?))
}

/// Why there is no answer.
enum Failure {
    /// It takes too long.
    Slow,
    /// In words, without the address, which may hold a signature.
    Other(String),
}

impl Failure {
    fn of(error: &ureq::Error) -> Self {
        Self::Other(match error {
            ureq::Error::Timeout(_) => return Self::Slow,
            ureq::Error::HostNotFound => "the host of the Hub is not found".to_owned(),
            ureq::Error::Io(error) => format!("the Hub cannot be reached: {error}"),
            ureq::Error::Protocol(_) => "the answer is not HTTP, or was cut off".to_owned(),
            _ => "the Hub cannot be reached".to_owned(),
        })
    }
}

/// Seconds to wait, as `Retry-After` or `RateLimit: "api";r=0;t=55` say.
fn wait(answer: &Answer) -> Option<u64> {
    let after = answer.header("retry-after").and_then(|text| text.trim().parse::<u64>().ok());
    after.or_else(|| {
        let parts = answer.header("ratelimit")?.split(';').map(str::trim);
        parts.into_iter().find_map(|part| part.strip_prefix("t=")?.parse::<u64>().ok()).map(|seconds| seconds + 1)
    })
}

/// The address in `<…>; rel="next"`.
fn next_page(link: &str) -> Option<&str> {
    link.split(',').find_map(|part| {
        let (address, rest) = part.trim().strip_prefix('<')?.split_once('>')?;
        rest.contains("rel=\"next\"").then_some(address)
    })
}

/// The metadata that the Hub shows of a repository.
fn stated(info: &Value) -> Stated {
    let card = &info["cardData"];
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().map_or_else(|| vec![value.clone()], Clone::clone);
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let text = |name: &str| card[name].as_str().map(str::to_owned).filter(|text| !text.is_empty());
    let bases = texts(&card["base_model"]).into_iter().filter(|id| repo_id::fault(id).is_none());
    Stated {
        license: texts(&card["license"]),
        name: text("license_name"),
        link: text("license_link"),
        bases: bases.collect(),
        gated: !matches!(info["gated"], Value::Bool(false) | Value::Null),
    }
}

/// What a repository holds.
struct Info {
    id: String,
    commit: String,
    sizes: BTreeMap<String, Option<u64>>,
}

/// A repository on the Hub.
struct Repository {
    hub: Arc<Hub>,
    reference: Reference,
    info: OnceLock<Result<Info, String>>,
    failures: Mutex<Vec<String>>,
    /// It was said that its files are not to be read.
    refused: AtomicBool,
    /// Repositories found by listing may have no card.
    listed: bool,
}

impl Repository {
    fn info(&self) -> Result<&Info, String> {
        self.info.get_or_init(|| self.ask()).as_ref().map_err(Clone::clone)
    }

    fn ask(&self) -> Result<Info, String> {
        let Reference { kind, id, revision } = &self.reference;
        let revision = revision.as_deref();
        let at = encoded(revision.unwrap_or("main"));
        let url = self.hub.api(*kind, &format!("/{id}/revision/{at}?blobs=true"));
        let answer = self.hub.get(&url, None, MAX_ANSWER)?;
        if answer.status != 200 {
            return Err(self.hub.refusal(&answer, id, revision));
        }
        let info = answer.json()?;
        let now = info["id"].as_str().filter(|now| repo_id::fault(now).is_none()).unwrap_or(id);
        if !now.eq_ignore_ascii_case(id) {
            talk("moved", &format!("{id} is now {now}"));
        }
        let commit = info["sha"].as_str().filter(|sha| sha.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let files = info["siblings"].as_array().into_iter().flatten();
        let sizes = files.filter_map(|file| Some((file["rfilename"].as_str()?.to_owned(), file["size"].as_u64())));
        Ok(Info { id: now.to_owned(), commit: commit.unwrap_or("main").to_owned(), sizes: sizes.collect() })
    }

    fn url(&self, info: &Info, path: &str) -> String {
        let prefix = if self.reference.kind == Kind::Dataset { "datasets/" } else { "" };
        format!("{}/{prefix}{}/resolve/{}/{}", self.hub.endpoint, info.id, info.commit, safe::uri_path(path))
    }
}

/// A revision as one part of a path.
fn encoded(revision: &str) -> String {
    safe::uri_path(revision).replace('/', "%2F")
}

impl Remote for Repository {
    fn card(&self) -> Result<Option<Vec<u8>>, String> {
        let info = self.info()?;
        let names = info.sizes.keys().filter(|name| name.eq_ignore_ascii_case("README.md"));
        let Some(name) = names.min() else {
            return if self.listed { Ok(None) } else { Err("has no README.md".to_owned()) };
        };
        let answer = self.hub.get(&self.url(info, name), None, MAX_BYTES + 1)?;
        if answer.status != 200 {
            return Err(self.hub.refusal(&answer, &info.id, self.reference.revision.as_deref()));
        }
        if answer.body.len() as u64 > MAX_BYTES {
            return Err(format!("has a README.md of more than {} MiB", MAX_BYTES >> 20));
        }
        Ok(Some(answer.body))
    }

    fn failures(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.failures))
    }
}

impl Files for Repository {
    fn names(&self, folder: &str) -> Vec<String> {
        let Ok(info) = self.info() else { return Vec::new() };
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = info.sizes.keys().filter_map(|path| path.strip_prefix(&prefix)?.split('/').next());
        let mut names: Vec<String> = below.map(str::to_owned).collect();
        names.dedup();
        names
    }

    fn size(&self, path: &str) -> Option<u64> {
        *self.info().ok()?.sizes.get(path)?
    }

    fn read(&self, path: &str, from: u64, length: usize) -> Option<Vec<u8>> {
        let info = self.info().ok()?;
        // One failure tells enough, and costs enough time.
        if !lock(&self.failures).is_empty() {
            return None;
        }
        let size = (*info.sizes.get(path)?)?;
        let length = size.saturating_sub(from).min(length as u64);
        if length == 0 {
            return Some(Vec::new());
        }
        let range = format!("bytes={from}-{}", from + length - 1);
        // The start of a file is read from its whole, too, should the storage know no ranges.
        match self.hub.get(&self.url(info, path), Some(&range), length) {
            Ok(answer) if answer.status == 206 || (answer.status == 200 && from == 0) => Some(answer.body),
            // That gated files are not to be read is no failure.
            Ok(answer) if matches!(answer.status, 401 | 403) => {
                if !self.refused.swap(true, Ordering::Relaxed) {
                    talk("unread", &format!("{} is gated: its files were not compared with the card", info.id));
                }
                None
            }
            Ok(answer) => {
                lock(&self.failures).push(format!("{path}: the Hub answers with status {}", answer.status));
                None
            }
            Err(reason) => {
                lock(&self.failures).push(format!("{path}: {reason}"));
                None
            }
        }
    }
}

/// The cards that a reference stands for.
///
/// # Errors
/// What the Hub answers, as a clause.
pub(super) fn targets(hub: &Arc<Hub>, reference: &Reference) -> Result<Vec<Target>, String> {
    if reference.id.is_empty() {
        return Err("the whole Hub is too much: name a repository, or an owner as `hf:owner/*`".to_owned());
    }
    let target = |id: String, listed: bool| {
        let name = name(reference.kind, &id, reference.revision.as_deref());
        let reference = Reference { id, ..reference.clone() };
        let repository = Repository {
            hub: Arc::clone(hub),
            reference,
            info: OnceLock::new(),
            failures: Mutex::default(),
            refused: AtomicBool::new(false),
            listed,
        };
        let kind = Some(repository.reference.kind);
        let remote: Option<Arc<dyn Remote>> = Some(Arc::new(repository));
        Target { kind, remote, ..Target::stdin(name) }
    };
    match reference.owner() {
        Some(owner) => Ok(hub.list(reference.kind, owner)?.into_iter().map(|id| target(id, true)).collect()),
        None => Ok(vec![target(reference.id.clone(), false)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(header: &'static str, value: &'static str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(header, ureq::http::HeaderValue::from_static(value));
        Answer { status: 429, headers, body: Vec::new() }
    }

    #[test]
    fn limits_say_how_long() {
        assert_eq!(wait(&answer("ratelimit", "\"api\";r=0;t=55")), Some(56));
        assert_eq!(wait(&answer("retry-after", "7")), Some(7));
        assert_eq!(wait(&answer("retry-after", "tomorrow")), None);
    }

    #[test]
    fn next_pages_are_found() {
        assert_eq!(next_page("<https://a/b?c=1>; rel=\"next\""), Some("https://a/b?c=1"));
        assert_eq!(next_page("<https://a/p>; rel=\"prev\", <https://a/n>; rel=\"next\""), Some("https://a/n"));
        assert_eq!(next_page("<https://a/p>; rel=\"prev\""), None);
    }
}
