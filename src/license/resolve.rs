//! From what a card declares to entries of the table.

use super::knowledge::{License, find, licenses};
use super::names;

/// A licence as a card declares it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Declared<'a> {
    /// Values of `license`.
    pub license: &'a [&'a str],
    /// `license_name`.
    pub name: Option<&'a str>,
    /// `license_link`.
    pub link: Option<&'a str>,
}

/// What a declaration stands for: alternatives, each a set of licences that hold together. Empty when
/// nothing is declared.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// `MIT OR GPL-2.0` are two alternatives of one licence each.
    pub alternatives: Vec<Vec<&'static License>>,
    /// Why the terms are not known; the alternatives are empty then.
    pub unknown: Option<String>,
    /// The declaration leaves something open that was assumed (`gpl-3.0` without `-only`).
    pub assumed: Option<String>,
    /// The declaration as SPDX spells it, where the alternatives do not show all of it: exceptions, and later versions.
    pub stated: Option<String>,
}

impl Terms {
    /// One licence.
    #[must_use]
    pub fn of(license: &'static License) -> Self {
        if license.ambiguous {
            return Self::unknown(format!("`{}` is a family of licences with opposite terms", license.id));
        }
        Self { alternatives: vec![vec![license]], ..Self::default() }
    }

    fn unknown(why: impl Into<String>) -> Self {
        Self { unknown: Some(why.into()), ..Self::default() }
    }

    /// True when something is declared and understood.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.alternatives.is_empty()
    }

    /// True when nothing is declared at all.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.alternatives.is_empty() && self.unknown.is_none()
    }

    /// A list of which one may be chosen.
    #[must_use]
    pub fn as_choice(mut self) -> Self {
        if let [set] = self.alternatives.as_mut_slice() {
            self.alternatives = std::mem::take(set).into_iter().map(|license| vec![license]).collect();
        }
        self
    }

    /// True where several licences hold together.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.alternatives.iter().any(|set| set.len() > 1)
    }

    /// All licences named.
    pub fn licenses(&self) -> impl Iterator<Item = &'static License> {
        self.alternatives.iter().flatten().copied()
    }

    /// The normal form: an SPDX expression with `LicenseRef-` for what SPDX does not list.
    #[must_use]
    pub fn expression(&self) -> Option<String> {
        let one = |set: &Vec<&'static License>| {
            let words: Vec<&str> = set.iter().map(|license| license.reference.as_str()).collect();
            words.join(" AND ")
        };
        match self.alternatives.as_slice() {
            [] => None,
            _ if self.stated.is_some() => self.stated.clone(),
            [only] => Some(one(only)),
            many => {
                let parts: Vec<String> =
                    many.iter().map(|set| if set.len() > 1 { format!("({})", one(set)) } else { one(set) }).collect();
                Some(parts.join(" OR "))
            }
        }
    }
}

/// Resolves a declaration: a listed id, `other` with its name, an SPDX id or expression.
#[must_use]
pub fn resolve(declared: Declared<'_>) -> Terms {
    let values: Vec<&str> =
        declared.license.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).collect();
    match values.as_slice() {
        [] => match declared.name {
            Some(name) => named(name),
            None => Terms::default(),
        },
        [one] => word(one, &declared),
        many => {
            // A list says that several licences are there, not how they stand to each other; whoever
            // keeps all of them is safe, so they are taken together.
            let mut set = Vec::new();
            for value in many {
                let terms = word(value, &declared);
                let [licenses] = terms.alternatives.as_slice() else {
                    let why = terms.unknown.unwrap_or_else(|| format!("`{value}` is a choice within a list"));
                    return Terms::unknown(why);
                };
                set.extend(licenses.iter().copied());
            }
            Terms { alternatives: vec![set], ..Terms::default() }
        }
    }
}

fn word(value: &str, declared: &Declared<'_>) -> Terms {
    let lower = value.to_lowercase();
    if matches!(lower.as_str(), "other" | "unknown") {
        let terms = match declared.name {
            Some(name) if lower == "other" => named(name),
            _ => Terms::unknown(format!("`{lower}` names no licence")),
        };
        // A name of the publisher's own may still come with the address of a known text.
        return match declared.link.and_then(names::of_url) {
            Some(license) if !terms.is_known() => Terms::of(license),
            _ => terms,
        };
    }
    if let Some(license) = names::of_url(value) {
        return Terms::of(license);
    }
    // What reports print for licences that SPDX does not list.
    if lower.starts_with("licenseref-")
        && let Some(license) = licenses().find(|license| license.reference.eq_ignore_ascii_case(value))
    {
        return Terms::of(license);
    }
    by_id(&lower).or_else(|| expression(value)).unwrap_or_else(|| named(value))
}

/// A licence by its id in lower case, or all among which `-or-later` lets choose.
fn by_id(lower: &str) -> Option<Terms> {
    if let Some(alternatives) = or_later(lower) {
        return Some(Terms {
            stated: alternatives.first().and_then(|earliest| later(lower, earliest)),
            alternatives: alternatives.into_iter().map(|license| vec![license]).collect(),
            ..Terms::default()
        });
    }
    let license = find(lower).or_else(|| by_spdx(lower))?;
    Some(Terms { assumed: assumed(license), stated: later(lower, license), ..Terms::of(license) })
}

/// The SPDX id of a licence whose later versions may be chosen: `AGPL-3.0-or-later`.
fn later(lower: &str, license: &License) -> Option<String> {
    let spdx = license.spdx.as_deref()?;
    match spdx.strip_suffix("-only") {
        Some(stem) => (lower.ends_with("-or-later") || lower.ends_with('+')).then(|| format!("{stem}-or-later")),
        None => lower.ends_with('+').then(|| format!("{spdx}+")),
    }
}

/// GNU ids of the Hub do not say whether later versions may be chosen.
fn assumed(license: &License) -> Option<String> {
    let spdx = license.spdx.as_deref()?;
    let hub = license.hub.as_deref()?;
    let stem = spdx.strip_suffix("-only")?;
    stem.eq_ignore_ascii_case(hub).then(|| format!("`{hub}` is taken for {spdx}"))
}

/// Versions of the licences of the GNU project, the earliest first, by their ids in the table.
const VERSIONS: &[&[&str]] = &[&["gpl-2.0", "gpl-3.0"], &["lgpl-2.1", "lgpl-3.0"]];

/// The licences among which `GPL-2.0-or-later`, in lower case, lets choose; `None` where there is no later one.
fn or_later(lower: &str) -> Option<Vec<&'static License>> {
    let stem = lower.strip_suffix("-or-later").or_else(|| lower.strip_suffix('+'))?;
    let versions = VERSIONS.iter().find_map(|family| {
        let at = family.iter().position(|id| *id == stem)?;
        Some(&family[at..]).filter(|versions| versions.len() > 1)
    })?;
    versions.iter().map(|id| find(id)).collect()
}

/// A licence by its SPDX id in lower case; `-or-later` names the earliest version that may be chosen.
fn by_spdx(lower: &str) -> Option<&'static License> {
    let stem = lower.strip_suffix("-or-later").or_else(|| lower.strip_suffix('+'));
    licenses().find(|license| {
        license.spdx.as_ref().is_some_and(|spdx| {
            let spdx = spdx.to_lowercase();
            spdx == lower || stem.is_some_and(|stem| spdx == stem || spdx.strip_suffix("-only") == Some(stem))
        })
    })
}

/// A `license_name`, or an id that no list has.
fn named(name: &str) -> Terms {
    let folded = name.trim().to_lowercase();
    if let Some(terms) = by_id(&folded).filter(|terms| terms.stated.is_some()) {
        return terms;
    }
    let meant: Vec<&'static License> = licenses()
        .filter(|license| license.id == folded || license.names.iter().any(|known| known.to_lowercase() == folded))
        .collect();
    match meant.as_slice() {
        [] => {
            if let Some(terms) = expression(name) {
                return terms;
            }
            // "Llama 3.1 Community License" says as much as the id.
            if let Some((license, length)) = names::at_start(name.trim())
                && length == name.trim().len()
            {
                return Terms::of(license);
            }
            Terms::unknown(format!("`{}` is not a licence that cardlint knows", crate::text::safe::excerpt(name, 60)))
        }
        [license] => Terms::of(license),
        several => {
            // The exact id beats names that several texts share.
            if let Some(exact) = several.iter().find(|license| license.id == folded) {
                return Terms::of(exact);
            }
            let ids: Vec<&str> = several.iter().map(|license| license.id.as_str()).collect();
            Terms::unknown(format!("`{folded}` is used for several texts: {}", ids.join(", ")))
        }
    }
}

/// What the SPDX list says instead of an id that it has given up; `None` for ids that stand.
#[must_use]
pub fn deprecated(id: &str) -> Option<String> {
    let bare = id.trim_end_matches('+');
    let listed = spdx::license_id(bare)?;
    // Since version 3.0 the list writes "or later" as a part of the id, and so deprecates the plain GNU ids.
    match (listed.is_gnu(), id.ends_with('+')) {
        (true, true) => Some(format!("`{bare}-or-later`")),
        (true, false) if listed.is_deprecated() && spdx::license_id(&format!("{bare}-only")).is_some() => {
            Some(format!("`{bare}-only` or `{bare}-or-later`"))
        }
        _ if listed.is_deprecated() => Some("another id of the list".to_owned()),
        _ => None,
    }
}

/// `MIT OR Apache-2.0`, `GPL-2.0-only WITH Classpath-exception-2.0`: an SPDX expression of more than one
/// term.
#[must_use]
pub fn is_expression(text: &str) -> bool {
    has_operator(text) && spdx::Expression::parse_mode(text, spdx::ParseMode::LAX).is_ok()
}

/// Whether an operator of SPDX expressions stands among the words of a text, in whatever case.
fn has_operator(text: &str) -> bool {
    let operator = |word: &str| ["OR", "AND", "WITH"].iter().any(|operator| word.eq_ignore_ascii_case(operator));
    text.split_whitespace().any(operator)
}

/// What ids of the Hub that SPDX does not list become within an expression.
const OURS: &str = "LicenseRef-cardlint-";

/// An expression with its ids and operators as SPDX spells them: `mit or llama3.1` as people write it.
fn spelled(value: &str) -> String {
    let word = |word: &str| {
        let lower = word.to_lowercase();
        if matches!(lower.as_str(), "or" | "and" | "with") {
            return lower.to_uppercase();
        }
        match find(&lower) {
            Some(License { spdx: Some(spdx), .. }) => spdx.clone(),
            Some(_) if lower.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)) => {
                format!("{OURS}{lower}")
            }
            _ if lower.ends_with('+') || lower.ends_with("-or-later") => {
                by_spdx(&lower).and_then(|license| later(&lower, license)).unwrap_or_else(|| word.to_owned())
            }
            _ => exception(&lower).unwrap_or(word).to_owned(),
        }
    };
    with_words(value, word)
}

/// The exception of the SPDX list that a word in lower case names.
fn exception(lower: &str) -> Option<&'static str> {
    let named = lower.ends_with("-exception") || lower.contains("-exception-");
    let known = spdx::identifiers::EXCEPTIONS.iter().map(|exception| exception.name);
    known.filter(|_| named).find(|name| name.eq_ignore_ascii_case(lower))
}

/// An expression with each of its words as `other` gives it.
fn with_words(value: &str, other: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(value.len());
    for part in value.split_inclusive([' ', '(', ')']) {
        let bare = part.trim_end_matches([' ', '(', ')']);
        out.push_str(&other(bare));
        out.push_str(&part[bare.len()..]);
    }
    out
}

/// Whether an expression says more than its licences do: exceptions, and later versions.
fn is_more(value: &str) -> bool {
    value.split([' ', '(', ')']).any(|word| word == "WITH" || word.ends_with("-or-later") || word.ends_with('+'))
}

/// Licences of one alternative that are kept apart.
const MAX_TOGETHER: usize = 200;

/// An SPDX expression with operators; `None` when it is none.
fn expression(value: &str) -> Option<Terms> {
    use spdx::expression::{ExprNode, Operator};
    if !has_operator(value) {
        return None;
    }
    let value = spelled(value);
    if !is_expression(&value) {
        return None;
    }
    let expression = spdx::Expression::parse_mode(&value, spdx::ParseMode::LAX).ok()?;
    // The nodes stand in postfix order.
    let mut stack: Vec<Vec<Vec<&'static License>>> = Vec::new();
    for node in expression.iter() {
        match node {
            ExprNode::Req(requirement) => {
                // An exception only adds freedom: the licence alone is the stricter reading.
                let id = requirement.req.license.to_string().to_lowercase();
                let id = id.strip_prefix(&OURS.to_lowercase()).map_or(id.clone(), str::to_owned);
                if let Some(versions) = or_later(&id) {
                    stack.push(versions.into_iter().map(|license| vec![license]).collect());
                    continue;
                }
                let Some(license) = find(&id).or_else(|| by_spdx(&id)) else {
                    return Some(Terms::unknown(format!("cardlint has no facts about `{}`", requirement.req.license)));
                };
                stack.push(vec![vec![license]]);
            }
            ExprNode::Op(operator) => {
                let (right, left) = (stack.pop()?, stack.pop()?);
                // Alternatives multiply under AND, and sets grow: real expressions have a handful.
                let most = |sets: &[Vec<&'static License>]| sets.iter().map(Vec::len).max().unwrap_or(0);
                if left.len() * right.len() > 64 || most(&left) + most(&right) > MAX_TOGETHER {
                    return Some(Terms::unknown("the expression has too many alternatives"));
                }
                stack.push(match operator {
                    Operator::Or => left.into_iter().chain(right).collect(),
                    Operator::And => left
                        .iter()
                        .flat_map(|one| right.iter().map(move |other| one.iter().chain(other).copied().collect()))
                        .collect(),
                });
            }
        }
    }
    let stated = is_more(&value).then(|| {
        let own = |word: &str| word.strip_prefix(OURS).and_then(find).map(|license| license.reference.clone());
        with_words(&value, |word| own(word).unwrap_or_else(|| word.to_owned()))
    });
    stack.pop().map(|alternatives| Terms { alternatives, stated, ..Terms::default() })
}
