//! The licence that a card declares, what its model derives from, and the verdict on both: what reports state.

use crate::card::Card;
use crate::checks::repository::secrets;
use crate::facts::descent::Parent;
use crate::facts::{self, Assessment};
use crate::license::judge::Reason;
use crate::license::knowledge::Term;
use crate::license::{Class, Origin, Relation, Role, Verdict};
use crate::text::Span;
use crate::vocab::{self, LicenseMatch};

/// The licence that a card declares.
#[derive(Debug, Default)]
pub struct DeclaredLicense {
    /// The values as written.
    pub declared: Vec<String>,
    /// The Hub id, when there is exactly one.
    pub hub_id: Option<String>,
    /// The SPDX id of that, if it has one.
    pub spdx: Option<String>,
    /// The normal form: an SPDX expression with `LicenseRef-` for what SPDX does not list.
    pub expression: Option<String>,
    /// Classes of the licences named.
    pub classes: Vec<Class>,
    /// Where it is declared.
    pub span: Span,
}

/// A model or dataset that a card's model derives from.
#[derive(Debug)]
pub struct Ancestor {
    /// Hub id.
    pub name: String,
    /// What it gives.
    pub role: Role,
    /// How the model derives from its base models.
    pub relation: Relation,
    /// The ancestor's licence in its normal form, when it is known.
    pub license: Option<String>,
    /// Where the licence is known from.
    pub origin: &'static str,
    /// The licence was seen at its publisher.
    pub certain: bool,
    /// What derives from it, when the card itself does not name it.
    pub behind: Option<String>,
    /// What is wrong, for the worst reasons of this ancestor, or why nothing is said of it.
    pub reason: Option<String>,
}

impl Ancestor {
    /// The word for how the model derives from it; none for data.
    #[must_use]
    pub fn relation_word(&self) -> Option<&'static str> {
        (self.role != Role::Dataset).then(|| self.relation.as_str())
    }
}

/// The licence that a card declares; `None` where it declares none.
pub(super) fn declared(card: &Card<'_>) -> Option<DeclaredLicense> {
    let (document, _) = card.mapping()?;
    let (_, value) = card.field("license")?;
    let declared: Vec<String> =
        card.field_items("license").into_iter().filter_map(|id| document.text(id).map(str::to_owned)).collect();
    let mut license = DeclaredLicense { span: document.node(value).span, ..DeclaredLicense::default() };
    if let [one] = declared.as_slice()
        && let LicenseMatch::Hub(known) | LicenseMatch::Spelling(known) = vocab::licenses().resolve(one)
    {
        license.hub_id = Some(known.id.clone());
        license.spdx.clone_from(&known.spdx);
    }
    license.declared = declared;
    let terms = facts::declared(card);
    // SPDX, annex D: what no list has gets a reference of its own.
    let own = || license.declared.iter().any(|id| id == "other").then(|| card.field_text("license_name")).flatten();
    license.expression = terms.expression().or_else(|| own().and_then(license_ref));
    for class in terms.licenses().map(|license| license.class) {
        if !license.classes.contains(&class) {
            license.classes.push(class);
        }
    }
    Some(license)
}

/// `LicenseRef-` with the letters, digits, dots and hyphens of a name; `None` when it has none.
fn license_ref(name: &str) -> Option<String> {
    let parts = name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
    let id = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    (!id.is_empty()).then(|| format!("LicenseRef-{id}"))
}

/// What a model derives from, with what is wrong of each.
pub(super) fn lineage(assessment: Option<&Assessment>, parents: &[Parent]) -> Vec<Ancestor> {
    let Some(assessment) = assessment else {
        // Where no terms are known of what is named, nothing was judged.
        let data = parents.iter().filter(|parent| parent.role == Role::Dataset);
        return data.map(|parent| unjudged(&parent.repo)).collect();
    };
    let inputs = assessment.inputs.iter().enumerate();
    let unjudged = assessment.unjudged.iter().map(|name| unjudged(name));
    let mut reasons: Vec<Vec<&Reason>> = vec![Vec::new(); assessment.inputs.len()];
    for reason in &assessment.judgement.reasons {
        if let Some(own) = reason.input.and_then(|at| reasons.get_mut(at)) {
            own.push(reason);
        }
    }
    inputs
        .map(|(at, input)| {
            let own = || reasons[at].iter();
            let reason = own().map(|reason| reason.verdict).max().map(|worst| {
                // Terms and licences are few: all that weigh as much are told.
                let mut told: Vec<String> = Vec::new();
                for reason in own().filter(|reason| reason.verdict == worst) {
                    let words = format!("{}{}", reason.message, reason.term.map(Term::place).unwrap_or_default());
                    if !told.contains(&words) {
                        told.push(words);
                    }
                }
                format!("{}: {}", worst.as_str(), told.join(", "))
            });
            let spared = || {
                let unknown = input.same_owner && !input.terms.is_known();
                unknown.then(|| {
                    "not judged: of the same owner, who may choose new terms; its licence is not known".to_owned()
                })
            };
            Ancestor {
                name: secrets::without_secrets(input.name.clone()),
                role: input.role,
                relation: assessment.relation,
                license: input.terms.expression(),
                origin: input.origin.as_str(),
                certain: input.certain,
                behind: input.behind.clone().map(secrets::without_secrets),
                reason: reason.or_else(spared).map(secrets::without_secrets),
            }
        })
        .chain(unjudged)
        .collect()
}

/// Data of unknown terms.
fn unjudged(name: &str) -> Ancestor {
    Ancestor {
        name: secrets::without_secrets(name.to_owned()),
        role: Role::Dataset,
        relation: Relation::Finetune,
        license: None,
        origin: Origin::Unknown.as_str(),
        certain: false,
        behind: None,
        reason: Some("not judged: no licence of the data is known".to_owned()),
    }
}

/// The verdict on a card: where it declares no licence, or none of what it derives from could be judged, nothing is known;
/// where some of it could not, somebody must look; `None` where it declares one and names nothing that it derives from.
pub(super) fn verdict(
    judged: Option<Verdict>,
    license: Option<&DeclaredLicense>,
    lineage: &[Ancestor],
) -> Option<Verdict> {
    // What is written, and stands for nothing that is known, declares no terms.
    if license.is_none_or(|license| license.classes.is_empty()) {
        return judged.max(Some(Verdict::Unknown));
    }
    let known = lineage.iter().filter(|input| input.license.is_some()).count();
    match lineage.len() - known {
        0 => judged,
        _ if known > 0 => judged.max(Some(Verdict::Review)),
        // Data alone are an input among others, most of them unnamed.
        _ if lineage.iter().all(|input| input.role == Role::Dataset) => judged.max(Some(Verdict::Review)),
        _ => judged.max(Some(Verdict::Unknown)),
    }
}
