//! Cues of links and images: what an address tells of what is behind it.

use super::data::Cues;
use super::segments::{Segment, builtin};
use crate::card::Card;
use crate::text::head;

/// The segment at a byte, and the table that it is a row of.
fn holding(segments: &[Segment], at: usize) -> [Option<usize>; 2] {
    let last = segments.partition_point(|segment| segment.span.start as usize <= at).checked_sub(1);
    let Some(last) = last.filter(|last| !segments[*last].empty) else { return [None, None] };
    let inside = |index: usize| (at < segments[index].span.end as usize).then_some(index);
    [inside(last), segments[last].table.and_then(inside)]
}

/// What the host of an address tells of it; hosts below these are theirs.
const HOSTS: &[(&str, usize)] = &[
    ("aclanthology.org", PAPER),
    ("aclweb.org", PAPER),
    ("arxiv.org", PAPER),
    ("doi.org", PAPER),
    ("openreview.net", PAPER),
    ("semanticscholar.org", PAPER),
    ("bitbucket.org", CODE),
    ("gitee.com", CODE),
    ("github.com", CODE),
    ("gitlab.com", CODE),
    ("commoncrawl.org", DATA),
    ("image-net.org", DATA),
    ("kaggle.com", DATA),
    ("openslr.org", DATA),
    ("opus.nlpl.eu", DATA),
    ("physionet.org", DATA),
    ("voice.mozilla.org", DATA),
    ("wikipedia.org", DATA),
    ("zenodo.org", DATA),
    ("huggingface.co", HUB),
    ("hf.co", HUB),
];

/// What a part of an address tells of it.
const PARTS: &[(&str, usize)] = &[
    ("/papers/", PAPER),
    ("proceedings", PAPER),
    ("nature.com/articles", PAPER),
    (".pdf", PAPER),
    ("arxiv.org", PAPER),
    ("tatoeba", DATA),
    ("cocodataset", DATA),
    ("datasets/", DATA),
    ("paperswithcode.com/dataset", DATA),
];

/// Bytes of the longest address.
const ADDRESS: usize = 2_000;

const PAPER: usize = builtin("link-paper");
const CODE: usize = builtin("link-code");
const DATA: usize = builtin("link-data");
const HUB: usize = builtin("link-hub");

/// The cues of an address in lower case.
fn address(target: &str) -> Cues {
    let mut cues = Cues::default();
    let rest = target.strip_prefix("https://").or_else(|| target.strip_prefix("http://"));
    if rest.is_some() {
        cues.insert(const { builtin("link") });
    }
    let whole = rest.unwrap_or(target);
    let (host, path) = whole.split_at(whole.find(['/', '?', '#']).unwrap_or(whole.len()));
    for &(known, cue) in HOSTS {
        if host.strip_suffix(known).is_some_and(|left| left.is_empty() || left.ends_with('.')) {
            cues.insert(cue);
        }
    }
    for &(part, cue) in PARTS {
        if memchr::memmem::find(whole.as_bytes(), part.as_bytes()).is_some() {
            cues.insert(cue);
        }
    }
    if rest.is_some() && !cues.contains(HUB) {
        cues.insert(const { builtin("link-web") });
    }
    if is_profile(host, path) {
        cues.insert(const { builtin("link-profile") });
    }
    if target.starts_with("mailto:") {
        cues.insert(const { builtin("link") });
        cues.insert(const { builtin("email") });
    }
    cues
}

/// The page of a person or an organisation: `github.com` and `/somebody`.
fn is_profile(host: &str, path: &str) -> bool {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let name = path.trim_matches('/');
    match host {
        "huggingface.co" | "hf.co" | "github.com" | "gitlab.com" | "twitter.com" | "x.com" => {
            !name.is_empty() && !name.contains(['/', '?', '#'])
        }
        "linkedin.com" => name.starts_with("in/"),
        "scholar.google.com" | "orcid.org" | "kaggle.com" => !name.is_empty(),
        host => host.ends_with(".github.io") || host.starts_with("people.") || host.starts_with("mastodon."),
    }
}

/// Cues of links and images.
pub(super) fn mark(card: &Card<'_>, segments: &mut [Segment]) {
    let text = card.source.text();
    let mut mark = |at: usize, target: &str| {
        let mut found = None;
        for index in holding(segments, at).into_iter().flatten() {
            let cues = found.get_or_insert_with(|| address(&target.to_ascii_lowercase()));
            segments[index].cues.union(cues);
        }
    };
    for link in &card.outline.links {
        mark(link.span.start as usize, &link.target);
    }
    // Bare addresses are links to a reader; those of written links are counted already.
    let body = card.front.body_start();
    let written = card.outline.links.iter().chain(&card.outline.images).map(|link| link.span.range());
    let mut written: Vec<_> = written.collect();
    written.sort_by_key(|range| range.start);
    let mut written = written.into_iter().peekable();
    for at in memchr::memmem::find_iter(&text.as_bytes()[body..], "http").map(|at| body + at) {
        while written.next_if(|range| range.end <= at).is_some() {}
        if written.peek().is_some_and(|range| range.contains(&at)) {
            continue;
        }
        // Likewise an image in HTML.
        if ["src=\"", "src='"].iter().any(|before| text[..at].ends_with(before)) {
            continue;
        }
        let rest = &text[at..];
        if rest.starts_with("http://") || rest.starts_with("https://") {
            let rest = head(rest, ADDRESS);
            let end = rest.find([' ', ')', '>', '\n', ']', '"', '\'']).unwrap_or(rest.len());
            mark(at, &rest[..end]);
        }
    }
    for image in &card.outline.images {
        let at = image.span.start as usize;
        for index in holding(segments, at).into_iter().flatten() {
            segments[index].cues.insert(const { builtin("image") });
        }
    }
}
