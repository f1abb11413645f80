//! The published licence against those of the base models.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::card::Card;
use crate::checks::{Context, LicenseText, Sink};
use crate::facts::{self, Assessment, Claim, origin_words};
use crate::license::advice::{declaration, ways_out};
use crate::license::judge::{Duty, Reason, name_begins};
use crate::license::knowledge::{Reach, Term};
use crate::license::{Atom, Class, Origin, Published, Relation, Role, Scope, Verdict, base_model, judge};
use crate::rule::{Confidence, Severity};
use crate::text::prose::spaced;
use crate::text::{SourceFile, Span, head, safe};
use crate::vocab::repo_id::fault;

/// Further base models that a message names.
const NAMED: usize = 3;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(assessment) = ctx.assessment else { return };
    let case = Case { ctx, assessment, way_out: OnceCell::new() };
    case.conflicts(sink);
    case.losses(sink);
    case.names(sink);
    case.displays(sink);
    case.unknown(sink);
    case.unread(sink);
    case.reviews(sink);
    case.relabelled(sink);
    case.gated(sink);
    case.copies(sink);
    case.notices(sink);
}

/// What names an input, else the end of the front matter.
pub(super) fn claim_span(card: &Card<'_>, assessment: &Assessment, input: usize) -> Span {
    place_of(card, assessment.claims.get(input))
}

/// What names something that the model derives from, else the end of the front matter.
pub(in crate::checks) fn place_of(card: &Card<'_>, claim: Option<&Claim>) -> Span {
    match (claim, card.mapping()) {
        (Some(Claim::Field(node)), Some((document, _))) => document.node(*node).span,
        (Some(Claim::Sentence(span)), _) => *span,
        _ => card.front.end(),
    }
}

struct Case<'a, 'c> {
    ctx: &'a Context<'c>,
    assessment: &'a Assessment,
    /// What all its findings advise.
    way_out: OnceCell<String>,
}

impl Case<'_, '_> {
    /// The declared licence, else the base model that is the cause.
    fn span(&self, input: usize) -> Span {
        let card = self.ctx.card;
        match (card.field("license"), card.mapping()) {
            (Some((_, value)), Some((document, _))) if self.assessment.named_in_text.is_none() => {
                document.node(value).span
            }
            _ => self.assessment.named_in_text.unwrap_or_else(|| self.base_span(input)),
        }
    }

    /// All facts behind it were verified, and the licence is declared where it must be.
    fn is_certain(&self, reason: &Reason) -> bool {
        reason.certain && self.assessment.named_in_text.is_none()
    }

    /// What names the base model, else the end of the front matter.
    fn base_span(&self, input: usize) -> Span {
        claim_span(self.ctx.card, self.assessment, input)
    }

    fn label(&self) -> String {
        let ids: Vec<&str> = self.assessment.published.terms.licenses().map(|license| license.id.as_str()).collect();
        if ids.is_empty() { "no licence".to_owned() } else { format!("`{}`", ids.join("`, `")) }
    }

    /// "Publish it under …", when there is a licence that would do.
    fn way_out(&self) -> &str {
        self.way_out.get_or_init(|| self.ways())
    }

    fn ways(&self) -> String {
        let ways = ways_out(self.assessment.relation, &self.assessment.inputs, &self.assessment.published);
        let words: Vec<String> =
            ways.iter().take(3).map(|license| declaration(license, &self.assessment.inputs)).collect();
        let bases = self.assessment.inputs.iter().filter(|input| input.role == Role::Base && input.behind.is_none());
        if words.is_empty() && bases.count() < 2 {
            "No licence of this model keeps all of its terms: ask its publisher, or choose another base model"
                .to_owned()
        } else if words.is_empty() {
            "No single licence of the base models keeps the terms of all. Where they do not contradict each other, `license: \
             other` with the texts of all of them may; else ask their publishers, or choose other base models"
                .to_owned()
        } else {
            format!("Publish it under {}", words.join(" or "))
        }
    }

    /// What was assumed of a licence of the GNU project, for the help of a finding that rests on it.
    fn assumed(&self, input: usize) -> String {
        let input = self.assessment.inputs.get(input).map(|input| &input.terms);
        let both = input.into_iter().chain([&self.assessment.published.terms]);
        let assumed: BTreeSet<&String> = both.filter_map(|terms| terms.assumed.as_ref()).collect();
        let sentences =
            assumed.into_iter().map(|assumed| format!(". {assumed}, because nothing says that later versions will do"));
        sentences.collect::<Vec<_>>().concat()
    }

    /// Why a finding is no error, for its help.
    fn doubt(&self, input: usize) -> &'static str {
        let Assessment { inputs, claims, named_in_text, .. } = self.assessment;
        let known = inputs.get(input);
        if named_in_text.is_some() {
            ". Only a warning: the licence was read from the text of the card"
        } else if claims.get(input).is_some_and(|claim| matches!(claim, Claim::Sentence(_))) {
            ". Only a warning: the base model was read from a sentence"
        } else if known.is_some_and(|input| !input.certain && input.terms.is_list()) {
            ". Only a warning: the base model lists several licences, and nothing says how they stand to each other"
        } else if known.is_some_and(|input| !input.certain && input.origin == Origin::Table) {
            ". Only a warning: cardlint has not seen that licence at the publisher. Check the publisher's page first"
        } else {
            ". Only a warning: not every term was checked against the text of the licence"
        }
    }

    fn conflicts(&self, sink: &mut Sink<'_>) {
        for reason in self.assessment.judgement.reasons.iter().filter(|reason| reason.verdict == Verdict::Conflict) {
            let (Some(license), Some(input)) = (reason.license, reason.input) else { continue };
            let message = format!(
                "{} under `{}` cannot be published like this: {}{}",
                self.whose(input),
                license.id.as_str(),
                reason.message,
                section(reason)
            );
            sink.add("license-conflict", self.span(input), message, |f| {
                let certain = self.is_certain(reason);
                let f = f
                    .help(
                        self.way_out().to_owned() + &self.assumed(input) + if certain { "" } else { self.doubt(input) },
                    )
                    .related(self.base_span(input), "derives from this model")
                    .anchor(format!("/license/{}/{}", self.assessment.inputs[input].name, license.id));
                if certain { f } else { f.at_most(Severity::Warning).confidence(Confidence::Medium) }
            });
        }
    }

    fn losses(&self, sink: &mut Sink<'_>) {
        let mut lost: BTreeMap<usize, Vec<&Reason>> = BTreeMap::new();
        for reason in
            self.assessment.judgement.reasons.iter().filter(|reason| reason.verdict == Verdict::ObligationLost)
        {
            if let Some(input) = reason.input {
                lost.entry(input).or_default().push(reason);
            }
        }
        let mut told = BTreeSet::new();
        for (input, reasons) in lost {
            let Some(license) = reasons.first().and_then(|reason| reason.license) else { continue };
            // The same licence again further up the chain says nothing new.
            if !told.insert(license.id.as_str()) && self.assessment.inputs[input].behind.is_some() {
                continue;
            }
            let words: BTreeSet<String> =
                reasons.iter().map(|reason| format!("{}{}", reason.message, section(reason))).collect();
            let message = format!(
                "{} drops terms of `{}` of {}: {}",
                self.label(),
                license.id.as_str(),
                self.whose(input),
                words.into_iter().collect::<Vec<_>>().join("; ")
            );
            let certain = reasons.iter().all(|reason| self.is_certain(reason));
            let alike = self.declares_like(input);
            if alike && reasons.iter().all(|reason| self.is_named(reason)) {
                continue;
            }
            sink.add("license-restriction-lost", self.span(input), message, |f| {
                let help = if alike {
                    "The base model declares the same id, and its card adds these terms: name them in this card, too"
                        .to_owned()
                } else {
                    self.way_out().to_owned() + &self.assumed(input) + if certain { "" } else { self.doubt(input) }
                };
                let f = f
                    .help(help)
                    .related(self.base_span(input), "derives from this model")
                    .anchor(format!("/license/{}", self.assessment.inputs[input].name));
                match (alike, certain) {
                    (true, _) => f.at_most(Severity::Note).confidence(Confidence::Medium),
                    (false, true) => f,
                    (false, false) => f.at_most(Severity::Warning).confidence(Confidence::Medium),
                }
            });
        }
    }

    /// Whether the base model is known to declare the id that the card does, to which its text adds terms.
    fn declares_like(&self, input: usize) -> bool {
        // Of `other`, the name says which licence it is.
        let declared = self.ctx.card.field_text("license").map(str::trim).filter(|id| *id != "other");
        let base = self.assessment.inputs.get(input).and_then(|input| base_model(&input.name));
        declared.is_some() && base.is_some_and(|base| base.license.as_deref() == declared)
    }

    /// Whether the text of the card names the terms: a policy for use, by that word or its address.
    fn is_named(&self, reason: &Reason) -> bool {
        let Some(term) = reason.term.filter(|term| term.atom == Atom::AcceptableUsePolicy) else { return false };
        let text = self.ctx.card.source.text().to_lowercase();
        let address = term.text().and_then(|url| url.split_once("://")).map(|(_, rest)| rest.to_lowercase());
        ["use policy", "usage policy"].iter().any(|words| text.contains(words))
            || address.is_some_and(|address| text.contains(&address))
    }

    /// "the base model `x`", or the ancestor behind it, with the way to it.
    fn whose(&self, input: usize) -> String {
        let Assessment { inputs, claims, .. } = self.assessment;
        let (Some(input), Some(claim)) = (inputs.get(input), claims.get(input)) else {
            return "an input".to_owned();
        };
        let shown = safe::quoted(&input.name);
        let role = if input.role == Role::Dataset { "dataset" } else { "base model" };
        let behind = input.behind.as_ref().map(|before| format!("from which {} derives", safe::quoted(before)));
        let asides: Vec<String> = behind.into_iter().chain(origin_words(&input.origin)).collect();
        let whose = match claim {
            _ if input.behind.is_some() => shown,
            Claim::File(name) => format!("the {role} {shown} of {name}"),
            Claim::Field(_) | Claim::Sentence(_) => format!("the {role} {shown}"),
        };
        if asides.is_empty() { whose } else { format!("{whose} ({})", asides.join(", ")) }
    }

    fn names(&self, sink: &mut Sink<'_>) {
        if self.assessment.names.is_empty() {
            return;
        }
        let mut told = BTreeSet::new();
        for duty in self.assessment.judgement.unmet.iter().filter(|duty| duty.term.atom == Atom::NamePrefix) {
            let Some(prefix) = duty.term.text() else { continue };
            let begins = |name: &String| name_begins(name, prefix);
            // The folder of a checkout need not be called like the repository: any name will do.
            if self.assessment.names.iter().any(begins) || !told.insert(prefix) {
                continue;
            }
            let message = format!(
                "`{}` of {} requires the model's name to begin with \"{prefix}\"{}; it is called {}",
                duty.license.id.as_str(),
                self.whose(duty.input),
                duty.term.place(),
                safe::quoted(&self.assessment.names[0])
            );
            sink.add("license-name-prefix", self.base_span(duty.input), message, |f| {
                // Names on the Hub hold no blanks.
                f.help(format!("Rename the repository so that its name begins with `{}`", prefix.replace(' ', "-")))
                    .anchor(format!("/name/{prefix}"))
            });
        }
    }

    fn displays(&self, sink: &mut Sink<'_>) {
        let mut told = BTreeSet::new();
        let mut folded = None;
        for duty in self.assessment.judgement.duties.iter().filter(|duty| duty.term.atom == Atom::DisplayText) {
            let texts: Vec<&str> = duty.term.texts().collect();
            let body = folded.get_or_insert_with(|| spaced(&shown(self.ctx.card)));
            if texts.iter().any(|text| displays(body, &spaced(text))) || !told.insert(texts.clone()) {
                continue;
            }
            let shown = texts.join("\" or \"");
            let message = format!(
                "`{}` of {} requires showing \"{shown}\"{}, and the card does not",
                duty.license.id.as_str(),
                self.whose(duty.input),
                duty.term.place()
            );
            sink.add("license-display-text", self.base_span(duty.input), message, |f| {
                f.help(format!("Write \"{shown}\" where readers of the card see it"))
                    .anchor(format!("/display/{shown}"))
            });
        }
    }

    fn unknown(&self, sink: &mut Sink<'_>) {
        let unknown: Vec<usize> = self
            .assessment
            .judgement
            .reasons
            .iter()
            .filter(|reason| reason.verdict == Verdict::Unknown)
            .filter_map(|reason| reason.input)
            .collect();
        let Some(&first) = unknown.first() else { return };
        let names = |at: &usize| self.assessment.inputs.get(*at).map(|input| safe::quoted(&input.name));
        let mut others: Vec<String> = unknown[1..].iter().filter_map(names).take(NAMED).collect();
        let rest = unknown.len() - 1 - others.len();
        if rest > 0 {
            others.push(format!("{rest} more"));
        }
        let all = std::iter::once(self.whose(first)).chain(others).collect::<Vec<_>>().join(", ");
        let message =
            format!("cardlint does not know the licence of {all}, so it cannot say which terms must be passed on");
        sink.add("license-base-unknown", self.base_span(first), message, |f| {
            let id = &self.assessment.inputs[first].name;
            let id = if fault(id).is_none() { id.as_str() } else { "REPO" };
            let help = format!(
                "Read the licence on the page of the base model, keep what it asks for, and tell cardlint which it is: \
                 `--license-of {id}=LICENCE`, or `[license.known]` in the configuration"
            );
            f.help(help).anchor("/base_model")
        });
    }

    /// A declared licence that is not known, over a base model with terms that must be carried on.
    fn unread(&self, sink: &mut Sink<'_>) {
        let Assessment { inputs, published, judgement, .. } = self.assessment;
        let unknown =
            judgement.reasons.iter().any(|reason| reason.verdict == Verdict::Unknown && reason.input.is_none());
        if !unknown || published.terms.is_absent() {
            return;
        }
        let carried = |term: &&Term| term.must_be_carried() && term.applies(Scope::Derivative);
        let asks = inputs.iter().enumerate().filter(|(_, input)| !input.same_owner && input.role == Role::Base);
        let asks = asks.flat_map(|(at, input)| input.terms.licenses().map(move |license| (at, license)));
        let asks = asks.map(|(at, license)| (at, license, license.terms.iter().filter(carried).collect::<Vec<_>>()));
        let Some((at, license, terms)) = asks.into_iter().find(|(_, _, terms)| !terms.is_empty()) else { return };
        let words: BTreeSet<String> = terms.iter().map(|term| term.words().into_owned()).collect();
        let message = format!(
            "cardlint does not know the declared licence, so it cannot say whether it passes on what `{}` of {} requires: {}",
            license.id.as_str(),
            self.whose(at),
            words.into_iter().collect::<Vec<_>>().join("; ")
        );
        sink.add("license-review", self.span(at), message, |f| {
            f.help("Compare the texts, and say in the card how the terms are carried on")
                .related(self.base_span(at), "derives from this model")
                .anchor(format!("/license/{}", inputs[at].name))
        });
    }

    /// What a person must decide: terms that say nothing of adapters, of number formats, or of weights.
    fn reviews(&self, sink: &mut Sink<'_>) {
        let mut open: BTreeMap<usize, Vec<&Reason>> = BTreeMap::new();
        let reasons = self.assessment.judgement.reasons.iter();
        for reason in reasons.filter(|reason| reason.verdict == Verdict::Review && !reason.carried) {
            if let (Some(input), Some(_)) = (reason.input, reason.license) {
                open.entry(input).or_default().push(reason);
            }
        }
        for (input, reasons) in open {
            let Some(license) = reasons[0].license else { continue };
            let words: BTreeSet<String> = reasons
                .iter()
                .map(|reason| {
                    let term = reason.term.map(Term::words).unwrap_or_default();
                    format!("{term}{}: {}", section(reason), reason.message)
                })
                .collect();
            let words: Vec<String> = words.into_iter().collect();
            let message = format!("{} is under `{}`: {}", self.whose(input), license.id.as_str(), words.join("; "));
            let help = if self.assessment.inputs[input].role == Role::Dataset {
                "Say in the card under which terms the data is, and how you read them for the model"
            } else {
                "Read the clause, and say in the card how you read it"
            };
            sink.add("license-review", self.base_span(input), capitalised(&message), |f| {
                f.help(help).anchor(format!("/license/{}", self.assessment.inputs[input].name))
            });
        }
    }

    /// A base model whose own licence does not carry that of what it derives from.
    fn relabelled(&self, sink: &mut Sink<'_>) {
        let Assessment { inputs, .. } = self.assessment;
        for (at, ancestor) in inputs.iter().enumerate() {
            let Some(before) = &ancestor.behind else { continue };
            let Some(base) = inputs.iter().find(|input| input.name.eq_ignore_ascii_case(before)) else { continue };
            if ancestor.same_owner || !base.terms.is_known() {
                continue;
            }
            let name = base.name.rsplit('/').next().unwrap_or_default().to_owned();
            let published = Published { name, terms: base.terms.clone() };
            let judgement = judge(Relation::Finetune, std::slice::from_ref(ancestor), &published);
            let Some(reason) = judgement.reasons.iter().find(|reason| reason.verdict >= Verdict::ObligationLost) else {
                continue;
            };
            let (Some(theirs), Some(own)) = (reason.license, base.terms.licenses().next()) else { continue };
            let message = format!(
                "{} declares `{}`, but derives from {} under `{}`, whose terms bind here too: {}{}",
                safe::quoted(before),
                own.id.as_str(),
                safe::quoted(&ancestor.name),
                theirs.id.as_str(),
                reason.message,
                section(reason)
            );
            sink.add("license-base-relabelled", self.base_span(at), message, |f| {
                f.help(format!("Keep to the terms of `{}`, and inform the publisher of the base model", theirs.id))
                    .anchor(format!("/base_model/{}", ancestor.name))
            });
        }
    }

    fn gated(&self, sink: &mut Sink<'_>) {
        let Assessment { inputs, relation, .. } = self.assessment;
        // Only an adapter sends its users to the base model.
        if *relation != Relation::Adapter {
            return;
        }
        let card = self.ctx.card;
        let Some(at) = inputs.iter().position(|input| input.gated && input.role == Role::Base && !input.same_owner)
        else {
            return;
        };
        let own = facts::stated(card).gated;
        let body = card.shown().to_lowercase();
        if own || ACCESS.iter().any(|words| body.contains(words)) {
            return;
        }
        let message = format!("{} is given on request only, and the card does not say so", self.whose(at));
        sink.add("license-base-gated", self.base_span(at), capitalised(&message), |f| {
            f.help("Say that users have to accept the terms of the base model, and where").anchor("/base_model/gated")
        });
    }

    /// Copies of the licences that base models ask for.
    fn copies(&self, sink: &mut Sink<'_>) {
        if !self.ctx.card.has_model_files() || !sink.wants("license-copy-missing") {
            return;
        }
        let mut told = BTreeSet::new();
        for duty in self.owed(Atom::IncludeLicense) {
            let id = duty.license.id.as_str();
            // A text that is not recognised may be the one.
            let present = self.ctx.license_texts();
            let is_copy = |text: &LicenseText<'_>| text.found.map_or(!text.brief, |found| found.license.id == id);
            if present.iter().any(is_copy) || !told.insert(id) {
                continue;
            }
            let message = format!(
                "`{id}` of {} requires a copy of the licence{}, and the repository has {}",
                self.whose(duty.input),
                duty.term.place(),
                if present.is_empty() { "no licence file" } else { "another text" }
            );
            let permissive = matches!(duty.license.class, Class::Permissive | Class::PublicDomain);
            sink.add("license-copy-missing", self.base_span(duty.input), message, |f| {
                // Beside the text of the card's own licence, each has a file.
                let own = self.assessment.published.terms.licenses().any(|license| license.id == id);
                let name = if own && present.is_empty() { "LICENSE".to_owned() } else { format!("LICENSE-{id}") };
                let text = duty.license.url.as_ref().map(|url| format!(" ({url})")).unwrap_or_default();
                let f = f.help(format!("Save the text of `{id}`{text} as `{name}` next to the card"));
                let f = f.anchor(format!("/copy/{id}"));
                if permissive { f.at_most(Severity::Note) } else { f }
            });
        }
    }

    fn notices(&self, sink: &mut Sink<'_>) {
        let card = self.ctx.card;
        if !card.has_model_files() {
            return;
        }
        let mut texts: Option<Vec<String>> = None;
        let mut told = BTreeSet::new();
        for duty in self.owed(Atom::NoticeText) {
            let Some(text) = duty.term.text() else { continue };
            // Years and the names of holders are written in many ways; the first clause is the notice.
            let clause = plain(text.split(", Copyright").next().unwrap_or(text));
            let texts = texts.get_or_insert_with(|| {
                // The text of the licence quotes the notice that it asks for.
                let licence =
                    |name: &str| self.ctx.license_texts().iter().any(|text| text.name == name && text.found.is_some());
                let files = self.ctx.files.iter().filter(|file| !licence(file.name())).map(SourceFile::text);
                files.chain([card.shown(), card.source.slice(card.front.yaml)]).map(plain).collect()
            });
            if texts.iter().any(|text| text.contains(&clause)) || !told.insert(clause) {
                continue;
            }
            let message = format!(
                "`{}` of {} asks for a notice file{}, and the repository has none with its text",
                duty.license.id.as_str(),
                self.whose(duty.input),
                duty.term.place()
            );
            sink.add("license-notice-missing", self.base_span(duty.input), message, |f| {
                f.help(format!("Add a file NOTICE with \"{text}\"")).anchor(format!("/notice/{}", duty.license.id))
            });
        }
    }

    /// Duties of one sort that base models bring, as far as their licences reach.
    fn owed(&self, atom: Atom) -> impl Iterator<Item = &Duty> {
        let Assessment { inputs, relation, .. } = self.assessment;
        self.assessment.judgement.duties.iter().filter(move |duty| {
            let unclear = *relation == Relation::Adapter && duty.license.adapter == Reach::Unclear;
            duty.term.atom == atom && inputs[duty.input].role == Role::Base && !unclear
        })
    }
}

/// With a capital letter at the beginning.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Lower case, only letters and digits, blanks between.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Words of which one shows that a card speaks of access by request.
const ACCESS: &[&str] =
    &["gated", "request access", "access request", "log in", "login", "accept the", "agree to", "accepting"];

fn section(reason: &Reason) -> String {
    reason.term.map(Term::place).unwrap_or_default()
}

/// Bytes of the longest tag or target of a link that is read as one.
const TAG: usize = 2_000;

/// What readers of the body see: without comments, tags, marks and the targets of links.
fn shown(card: &Card<'_>) -> String {
    let text = card.source.text();
    let (mut shown, mut at) = (String::new(), card.front.body_start());
    let comments = card.outline.comments.iter().map(|comment| comment.range());
    for comment in comments.chain(std::iter::once(text.len()..text.len())) {
        if comment.start < at {
            continue;
        }
        let mut rest = &text[at..comment.start];
        at = comment.end;
        while let Some(mark) = rest.find(['<', ']', '*', '`', '[', '&']) {
            shown.push_str(&rest[..mark]);
            rest = &rest[mark..];
            let skipped = if rest.starts_with('<') {
                let end = head(rest, TAG).find('>').map(|end| end + 1);
                // What stands for a picture is read where it is not shown.
                let alt =
                    end.and_then(|end| rest[..end].split_once("alt=\"")).and_then(|(_, alt)| alt.split('"').next());
                shown.extend([" ", alt.unwrap_or_default()]);
                end
            } else if rest.starts_with("](") {
                head(rest, TAG).find(')').map(|end| end + 1)
            } else if rest.starts_with("&nbsp;") {
                shown.push(' ');
                Some("&nbsp;".len())
            } else if rest.starts_with('&') {
                shown.push('&');
                None
            } else {
                None
            };
            rest = &rest[skipped.unwrap_or(1)..];
        }
        shown.push_str(rest);
    }
    shown
}

/// Words behind a text that make it the name of something else: "Built with llama.cpp", "LLaMA-Factory".
const OTHERWISE: &[&str] =
    &[".cpp", " cpp", "index", " index", "factory", " factory", ".rs", "file", "stack", " stack"];

/// Whether a text stands in another one, both folded, and is not the beginning of another name.
fn displays(body: &str, text: &str) -> bool {
    body.match_indices(text).any(|(at, _)| !OTHERWISE.iter().any(|word| body[at + text.len()..].starts_with(word)))
}
