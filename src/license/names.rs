//! Which licence does a text name? "Apache License, Version 2.0", `CC-BY-NC-4.0`, an address.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;

use super::knowledge::{License, find, licenses};
use crate::embedded::table;

/// Words that names have or have not.
const NOISE: &[&str] = &["license", "licence", "version", "the", "international", "unported", "agreement", "terms"];
/// Longest name, in words that count.
const LONGEST: usize = 10;

#[derive(Deserialize)]
struct File {
    no_names: Vec<String>,
    names: Vec<Names>,
    urls: Vec<Urls>,
}

#[derive(Deserialize)]
struct Names {
    id: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
struct Urls {
    id: String,
    urls: Vec<String>,
}

struct Table {
    names: HashMap<String, &'static License>,
    /// The first words of the names.
    firsts: HashSet<String>,
    urls: Vec<(String, &'static License)>,
    /// Ids that stand for a family of licences.
    families: Vec<String>,
}

fn names() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let file = table::<File>("rules/licenses/names.yaml");
        let mut names = HashMap::new();
        for license in licenses().filter(|license| !file.no_names.contains(&license.id)) {
            for name in [Some(&license.id), license.spdx.as_ref()].into_iter().flatten() {
                names.insert(key(name), license);
            }
        }
        for Names { id, names: list } in &file.names {
            for (name, license) in list.iter().zip(std::iter::repeat(find(id))) {
                names.extend(license.map(|license| (key(name), license)));
            }
        }
        let urls = file.urls.into_iter().filter_map(|entry| Some((find(&entry.id)?, entry.urls)));
        let urls = urls.flat_map(|(license, urls)| urls.into_iter().map(move |url| (url, license))).collect();
        let firsts = names.keys().filter_map(|name: &String| name.split(' ').next().map(str::to_owned)).collect();
        Table { names, firsts, urls, families: file.no_names }
    });
    &TABLE
}

/// The licences of a family of the Hub, which has no text of its own: whoever denies `gpl` means `gpl-3.0`, too.
#[must_use]
pub fn family(word: &str) -> Option<Vec<&'static License>> {
    let family = names().families.iter().find(|family| *family == word)?;
    // "cc0", "openrail++"
    let begins = |part: &str| {
        part.strip_prefix(family.as_str()).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphabetic()))
    };
    Some(licenses().filter(|license| license.id.split('-').any(begins)).collect())
}

/// Words of a name that count, joined by blanks.
fn key(name: &str) -> String {
    let words: Vec<String> = words(name).map(|(_, word)| word).filter(|word| !NOISE.contains(&word.as_str())).collect();
    words.join(" ")
}

/// Words in lower case with their bytes: runs of letters, digits and `+`, with dots
/// between digits, and no "v" before a number.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let inside = |c: char| c.is_alphanumeric() || c == '+';
        let start = at + text[at..].find(inside)?;
        let mut end = start;
        let mut before_dot = false;
        for (offset, c) in text[start..].char_indices() {
            let next_is_digit = || text[start + offset + 1..].starts_with(|c: char| c.is_ascii_digit());
            if !(inside(c) || (c == '.' && before_dot && next_is_digit())) {
                break;
            }
            before_dot = c.is_ascii_digit();
            end = start + offset + c.len_utf8();
        }
        at = end;
        let word = text[start..end].to_lowercase();
        let number = word.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        Some((start..end, number.map(str::to_owned).unwrap_or(word)))
    })
}

/// The licence whose name begins `text`, and the bytes that the name takes. Markup before it and
/// between its words does not count.
#[must_use]
pub fn at_start(text: &str) -> Option<(&'static License, usize)> {
    let table = names();
    let (mut name, mut best, mut count) = (String::new(), None, 0);
    let mut last = text.len() - text.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    // A name is no continuation of another sentence.
    if last > 6 {
        return None;
    }
    for (Range { start, end }, word) in words(text) {
        let gap = &text[last.min(start)..start];
        // A name may be wrapped.
        let apart = gap.contains(['.', ';', '|', '/']) || gap.matches('\n').count() > 1;
        if apart && count > 0 {
            break;
        }
        last = end;
        if NOISE.contains(&word.as_str()) {
            if let Some((_, length)) = &mut best
                && word.starts_with("licen")
            {
                *length = end;
            }
            continue;
        }
        count += 1;
        // Most words begin no name.
        if count > LONGEST || count == 1 && !table.firsts.contains(&word) {
            break;
        }
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(&word);
        if let Some(&license) = table.names.get(&name) {
            best = Some((license, end));
        }
    }
    best
}

/// Longest text that points at a licence, in bytes; one that holds it is longer.
const POINTER: usize = 2_000;

/// The licence that a short text points at and does not hold: by an SPDX identifier, or "released under the …".
#[must_use]
pub fn pointed_at(text: &str) -> Option<&'static License> {
    const WORDS: &[&str] =
        &["SPDX-License-Identifier:", " under the terms of the ", " under the ", " under ", "License:"];
    if text.len() > POINTER {
        return None;
    }
    // Nothing but the name.
    let bare = text.trim().trim_end_matches('.');
    if let Some((license, _)) = at_start(bare).filter(|(_, length)| *length == bare.len()) {
        return Some(license);
    }
    // Its name and its address, each on a line.
    let line = |line: &str| {
        let bare = line.trim().trim_matches(['<', '>', '.', '*', '#', ' ']);
        of_url(bare).or_else(|| at_start(bare).filter(|(_, length)| *length == bare.len()).map(|(license, _)| license))
    };
    let lines: Option<Vec<_>> = text.lines().filter(|text| !text.trim().is_empty()).map(line).collect();
    let alike = |lines: &Vec<&'static License>| lines.iter().all(|license| license.id == lines[0].id);
    if let Some(license) = lines.filter(alike).and_then(|lines| lines.first().copied()) {
        return Some(license);
    }
    WORDS.iter().find_map(|words| {
        // What it may change into some day is not what it is.
        let later = |at: usize| text[..at].trim_end().ends_with("Change");
        let mut places = text.match_indices(words).filter(|(at, _)| !later(*at));
        places.find_map(|(at, _)| at_start(&text[at + words.len()..]).map(|(license, _)| license))
    })
}

/// The licence that an address stands for.
#[must_use]
pub fn of_url(url: &str) -> Option<&'static License> {
    let (_, rest) = url.split_once("://")?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest).to_lowercase();
    let fits = names().urls.iter().filter(|(start, _)| {
        rest.strip_prefix(start.as_str()).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    });
    fits.max_by_key(|(start, _)| start.len()).map(|&(_, license)| license)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_write_them() {
        for (text, id) in [
            ("Apache 2.0", "apache-2.0"),
            ("[Apache License, Version 2.0](x)", "apache-2.0"),
            ("Apache-2.0 license under the condition", "apache-2.0"),
            ("Apache license v2.0.", "apache-2.0"),
            ("**MIT** License", "mit"),
            ("CC BY-NC-SA 4.0", "cc-by-nc-sa-4.0"),
            ("Creative Commons Attribution-NonCommercial 4.0 International License", "cc-by-nc-4.0"),
            ("Creative Commons Attribution 4.0", "cc-by-4.0"),
            ("GNU General Public License v3.0", "gpl-3.0"),
            ("Llama 3.1 Community License Agreement", "llama3.1"),
            ("llama3", "llama3"),
            ("CreativeML Open RAIL++-M License", "openrail++"),
            ("`Apache-2.0`", "apache-2.0"),
        ] {
            assert_eq!(at_start(text).map(|(license, _)| license.id.as_str()), Some(id), "{text}");
        }
        for text in
            ["Creative Commons", "CC-BY", "a permissive license (MIT)", "Modified MIT", "see the MIT License", ""]
        {
            assert_eq!(at_start(text).map(|(license, _)| license.id.as_str()), None, "{text}");
        }
    }

    #[test]
    fn addresses() {
        assert_eq!(
            of_url("https://www.apache.org/licenses/LICENSE-2.0.txt").map(|l| l.id.as_str()),
            Some("apache-2.0")
        );
        assert_eq!(
            of_url("http://creativecommons.org/licenses/by-nc/4.0/").map(|l| l.id.as_str()),
            Some("cc-by-nc-4.0")
        );
        assert_eq!(of_url("https://creativecommons.org/licenses/").map(|l| l.id.as_str()), None);
    }
}
