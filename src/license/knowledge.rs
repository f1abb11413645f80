//! The tables of licences and base models, embedded and read at first use.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;
use serde_json::Value;

use crate::embedded::{BASE_MODELS, LICENSES, table};
use crate::text::prose::{grouped, listed};
use crate::text::quick::{HashMap, HashSet};

/// One thing that a licence restricts or demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "`rules/licenses/rules.yaml` says what each means")]
pub enum Atom {
    AcceptableUsePolicy,
    Attribution,
    CiteInPublications,
    CommercialThreshold,
    ComputationalUseOnly,
    ContentFilters,
    DisplayText,
    IncludeLicense,
    KeepNotices,
    NamePrefix,
    NameNotPrimary,
    NetworkShareAlike,
    NoCompetingUse,
    NoDerivatives,
    NoRedistribution,
    NoTrainOtherModels,
    NonCommercial,
    NoticeText,
    PassOnTerms,
    RegistrationForCommercial,
    ResearchOnly,
    RetainDocumentation,
    SameAgreement,
    ShareAlike,
    SourceDisclosure,
    StateChanges,
    StatementText,
    TerritoryExclusion,
    UseRestrictions,
}

impl Atom {
    /// The word of the data, such as `use_restrictions`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ATOM_NAMES.iter().find(|(_, atom)| *atom == self).map_or("", |(name, _)| name)
    }

    /// True for what a published licence must carry on, false for what a repository must do.
    #[must_use]
    pub fn is_restriction(self) -> bool {
        rules().atoms.get(self.as_str()).is_some_and(|atom| atom.kind == "restriction")
    }

    /// What it means, as a clause.
    #[must_use]
    pub fn words(self) -> &'static str {
        rules().atoms.get(self.as_str()).map_or("", |atom| atom.words.as_str())
    }

    /// True where the value lists the licences that derivatives may have.
    #[must_use]
    pub fn is_share_alike(self) -> bool {
        matches!(self, Atom::ShareAlike | Atom::SameAgreement | Atom::NetworkShareAlike)
    }
}

const ATOM_NAMES: &[(&str, Atom)] = &[
    ("acceptable_use_policy", Atom::AcceptableUsePolicy),
    ("attribution", Atom::Attribution),
    ("cite_in_publications", Atom::CiteInPublications),
    ("commercial_threshold", Atom::CommercialThreshold),
    ("computational_use_only", Atom::ComputationalUseOnly),
    ("content_filters", Atom::ContentFilters),
    ("display_text", Atom::DisplayText),
    ("include_license", Atom::IncludeLicense),
    ("keep_notices", Atom::KeepNotices),
    ("name_not_primary", Atom::NameNotPrimary),
    ("name_prefix", Atom::NamePrefix),
    ("network_share_alike", Atom::NetworkShareAlike),
    ("no_competing_use", Atom::NoCompetingUse),
    ("no_derivatives", Atom::NoDerivatives),
    ("no_redistribution", Atom::NoRedistribution),
    ("no_train_other_models", Atom::NoTrainOtherModels),
    ("non_commercial", Atom::NonCommercial),
    ("notice_text", Atom::NoticeText),
    ("pass_on_terms", Atom::PassOnTerms),
    ("registration_for_commercial", Atom::RegistrationForCommercial),
    ("research_only", Atom::ResearchOnly),
    ("retain_documentation", Atom::RetainDocumentation),
    ("same_agreement", Atom::SameAgreement),
    ("share_alike", Atom::ShareAlike),
    ("source_disclosure", Atom::SourceDisclosure),
    ("state_changes", Atom::StateChanges),
    ("statement_text", Atom::StatementText),
    ("territory_exclusion", Atom::TerritoryExclusion),
    ("use_restrictions", Atom::UseRestrictions),
];

/// To what a term applies; the letters are those of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `u`: any use; it flows to every user.
    Use,
    /// `c`: an unmodified copy.
    Copy,
    /// `d`: weights derived from it.
    Derivative,
    /// `o`: a model trained on its outputs.
    Outputs,
    /// `M`: a model trained on the data.
    TrainedOnData,
}

impl Scope {
    fn letter(self) -> char {
        match self {
            Scope::Use => 'u',
            Scope::Copy => 'c',
            Scope::Derivative => 'd',
            Scope::Outputs => 'o',
            Scope::TrainedOnData => 'M',
        }
    }
}

/// A restriction or duty of a licence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// What it is.
    pub atom: Atom,
    /// Letters of the scopes: see [`Scope`]; `g` (generated content), `h` (hosted service) and `D`
    /// (redistributed data) do not concern the publishing of weights.
    pub scope: String,
    /// What exactly: a policy, a text, the licences that derivatives may have.
    #[serde(default)]
    pub value: Option<Value>,
    /// Where in the text.
    #[serde(default)]
    pub section: Option<String>,
    /// The term was read in the text.
    #[serde(default = "yes")]
    pub verified: bool,
}

fn yes() -> bool {
    true
}

impl Term {
    /// True when the term applies there.
    #[must_use]
    pub fn applies(&self, scope: Scope) -> bool {
        self.scope.contains(scope.letter())
    }

    /// Whether it speaks of a model with this Hub id: some terms are of those alone that have a word in their names.
    #[must_use]
    pub fn concerns(&self, id: &str) -> bool {
        let named = self.value.as_ref().and_then(|value| value.get("named")).and_then(Value::as_array);
        let lower = id.to_lowercase();
        let has = |word: &Value| word.as_str().is_some_and(|word| lower.contains(word));
        named.is_none_or(|words| !id.contains('/') || words.iter().any(has))
    }

    /// Where it stands in the text, behind what is said of it: " (section 1.b)".
    #[must_use]
    pub fn place(&self) -> String {
        self.section.as_ref().map(|section| format!(" (section {section})")).unwrap_or_default()
    }

    /// What it asks, as a clause: of its kind, with the figures, places and purposes that the text names.
    #[must_use]
    pub fn words(&self) -> Cow<'static, str> {
        let words = self.atom.words();
        let of = |key: &str| self.value.as_ref().and_then(|value| value.get(key));
        match (self.atom, self.text()) {
            (Atom::NoTrainOtherModels, Some(which)) => format!("its outputs must not improve {which}").into(),
            (Atom::ResearchOnly, Some(purpose)) => format!("{words} ({purpose})").into(),
            (Atom::CommercialThreshold, _) => {
                let metric = of("metric").and_then(Value::as_str).and_then(metric_words);
                let (Some(number), Some(metric)) = (of("value").and_then(Value::as_u64), metric) else {
                    return words.into();
                };
                let only = of("only_if").and_then(Value::as_str).map(|only| format!(", if {only}")).unwrap_or_default();
                format!("commercial use only up to {} {metric}{only}", grouped(number)).into()
            }
            (Atom::TerritoryExclusion, _) => {
                let places = of("excluded").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
                let places: Vec<&str> = places.collect();
                let only =
                    of("only_for").and_then(Value::as_str).map(|only| format!(" for {only}")).unwrap_or_default();
                format!("no licence in {}{only}", listed(&places, "and")).into()
            }
            _ => words.into(),
        }
    }

    /// True for what must be carried on: restrictions, and the two duties that bind every user.
    #[must_use]
    pub fn must_be_carried(&self) -> bool {
        self.atom.is_restriction()
            || (matches!(self.atom, Atom::DisplayText | Atom::ContentFilters) && self.applies(Scope::Use))
    }

    /// The value when it is a text, or a mapping with a `text`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let value = self.value.as_ref()?;
        value.as_str().or_else(|| value.get("text")?.as_str())
    }

    /// The texts of which one is asked for (`Built with Qwen | Improved using Qwen`).
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.text().into_iter().flat_map(|text| text.split('|')).map(str::trim)
    }

    /// The licences that a share-alike term accepts.
    pub fn accepted(&self) -> impl Iterator<Item = &str> {
        self.value.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}

/// What the size of use is measured in, in words.
#[must_use]
pub fn metric_words(metric: &str) -> Option<&'static str> {
    rules().metrics.get(metric).map(String::as_str)
}

/// What sort of licence it is: for display and policies, never for derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Class {
    Permissive,
    PublicDomain,
    WeakCopyleft,
    StrongCopyleft,
    NetworkCopyleft,
    Rail,
    Noncommercial,
    ResearchOnly,
    NoDerivatives,
    SourceAvailableThreshold,
    Data,
    Custom,
}

impl Class {
    /// All classes with their words.
    pub const ALL: &'static [(&'static str, Class)] = &[
        ("permissive", Class::Permissive),
        ("public-domain", Class::PublicDomain),
        ("weak-copyleft", Class::WeakCopyleft),
        ("strong-copyleft", Class::StrongCopyleft),
        ("network-copyleft", Class::NetworkCopyleft),
        ("rail", Class::Rail),
        ("noncommercial", Class::Noncommercial),
        ("research-only", Class::ResearchOnly),
        ("no-derivatives", Class::NoDerivatives),
        ("source-available-threshold", Class::SourceAvailableThreshold),
        ("data", Class::Data),
        ("custom", Class::Custom),
    ];

    /// The word of the data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, class)| *class == self).map_or("", |(name, _)| name)
    }
}

impl FromStr for Class {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|&(_, class)| class).ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|&(name, _)| name).collect();
            format!("`{word}` is not a licence class; choose from {}", words.join(", "))
        })
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Does "derivative" reach an adapter (`LoRA`) that is shipped without the base weights?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Reach {
    /// The text names adapters.
    #[serde(rename = "explicit")]
    Explicit,
    /// The definition covers them.
    #[serde(rename = "implied")]
    Implied,
    /// The text was not made for models.
    #[serde(rename = "unclear")]
    Unclear,
    /// A licence for data.
    #[serde(rename = "n/a")]
    NotApplicable,
}

/// How far the entry was checked against the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The text was read.
    Verified,
    /// Parts of it were.
    Partial,
    /// It was not.
    Unverified,
}

/// A licence and what it asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct License {
    /// The Hub's id where it lists the licence, else the usual `license_name`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who published it.
    #[serde(default)]
    pub publisher: Option<String>,
    /// The date in the text, or the best known.
    #[serde(default)]
    pub date: Option<String>,
    /// The value of `license:`, when the Hub lists it.
    #[serde(default)]
    pub hub: Option<String>,
    /// Values of `license_name` that mean it.
    #[serde(default)]
    pub names: Vec<String>,
    /// SPDX id.
    #[serde(default)]
    pub spdx: Option<String>,
    /// SPDX id or `LicenseRef-` for an expression or an SBOM.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Where the text can be read.
    #[serde(default)]
    pub url: Option<String>,
    /// A page of the publisher, where no address of the text itself is known.
    #[serde(default)]
    pub about: Option<String>,
    /// Approved by the Open Source Initiative (flag of the SPDX list).
    #[serde(default)]
    pub osi: bool,
    /// Do the terms leave the four freedoms of the Open Source AI Definition 1.0: yes, no, debatable,
    /// unknown, n/a.
    pub osaid: String,
    /// Sort of licence.
    pub class: Class,
    /// The id hides what decides (`cc`): its terms are not known.
    #[serde(default)]
    pub ambiguous: bool,
    /// Right to yes, no, conditional or unknown.
    pub grants: HashMap<String, String>,
    /// Whether it reaches adapters.
    pub adapter: Reach,
    /// How far it was checked.
    pub status: Status,
    /// Keys of `rules/licenses/sources.yaml`.
    pub sources: Vec<String>,
    /// Restrictions and duties.
    #[serde(default)]
    pub terms: Vec<Term>,
}

impl License {
    /// The front matter that declares it.
    #[must_use]
    pub fn declaration(&self) -> String {
        match &self.hub {
            Some(hub) => format!("license: {hub}"),
            None => format!("license: other, license_name: {}", self.id),
        }
    }
}

/// A model that others derive from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseModel {
    /// Hub id.
    pub repo: String,
    /// Declared `license`.
    #[serde(default)]
    pub license: Option<String>,
    /// Declared `license_name`.
    #[serde(default)]
    pub name: Option<String>,
    /// The licence that governs it.
    #[serde(default)]
    pub id: Option<String>,
    /// `verified`, `publisher`, `catalogue` or `unverified`.
    pub status: String,
    /// Where it was seen.
    pub source: String,
    /// The model that this one re-uploads.
    #[serde(default)]
    pub mirror_of: Option<String>,
    /// Ancestors whose terms the declared licence does not show.
    #[serde(default)]
    pub ancestors: Vec<String>,
    /// The Hub asks for acceptance of terms before download.
    #[serde(default)]
    pub gated: bool,
}

impl BaseModel {
    /// The licence was seen at the publisher or on the Hub.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        matches!(self.status.as_str(), "verified" | "publisher")
    }
}

#[derive(Debug, Deserialize)]
struct AtomInfo {
    kind: String,
    words: String,
}

/// A licence that carries a restriction of another by exception.
#[derive(Debug, Deserialize)]
struct Carries {
    licenses: Vec<String>,
    use_restrictions: String,
}

#[derive(Debug, Deserialize)]
struct Incompatible {
    licenses: HashSet<String>,
    source: String,
}

/// `rules/licenses/rules.yaml`.
#[derive(Debug, Deserialize)]
pub(super) struct Rules {
    atoms: HashMap<String, AtomInfo>,
    /// What sizes of use are measured in.
    metrics: HashMap<String, String>,
    carries: Vec<Carries>,
    incompatible: Vec<Incompatible>,
}

impl Rules {
    /// True when the licence carries this list of uses although it is not its own.
    pub(super) fn carries(&self, license: &str, policy: &str) -> bool {
        self.carries.iter().any(|rule| rule.use_restrictions == policy && rule.licenses.iter().any(|id| id == license))
    }

    /// The source that says so, when works under the two cannot be merged.
    pub(super) fn incompatible(&self, one: &str, other: &str) -> Option<&str> {
        self.incompatible
            .iter()
            .find(|rule| one != other && rule.licenses.contains(one) && rule.licenses.contains(other))
            .map(|rule| rule.source.as_str())
    }
}

pub(super) fn rules() -> &'static Rules {
    static TABLE: LazyLock<Rules> = LazyLock::new(|| table("rules/licenses/rules.yaml"));
    &TABLE
}

/// The licence at a place of [`LICENSES`], read when it is first asked for.
fn license_at(at: usize) -> &'static License {
    static READ: LazyLock<Vec<OnceLock<License>>> =
        LazyLock::new(|| LICENSES.iter().map(|_| OnceLock::new()).collect());
    let (id, text) = LICENSES[at];
    READ[at].get_or_init(|| serde_json::from_str(text).unwrap_or_else(|error| panic!("internal: {id}: {error}")))
}

/// All licences, by file and then in the order of the file.
pub fn licenses() -> impl Iterator<Item = &'static License> {
    (0..LICENSES.len()).map(license_at)
}

/// The ids of all licences, in the same order.
pub fn ids() -> impl Iterator<Item = &'static str> {
    LICENSES.iter().map(|(id, _)| *id)
}

/// The licence with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static License> {
    static INDEX: LazyLock<HashMap<&str, usize>> = LazyLock::new(|| ids().zip(0..).collect());
    INDEX.get(id).map(|at| license_at(*at))
}

/// The source that a key of [`License::sources`] stands for.
#[must_use]
pub fn source(key: &str) -> Option<&'static str> {
    #[derive(Deserialize)]
    struct File {
        sources: HashMap<String, String>,
    }
    static TABLE: LazyLock<HashMap<String, String>> =
        LazyLock::new(|| table::<File>("rules/licenses/sources.yaml").sources);
    TABLE.get(key).map(String::as_str)
}

/// What is known of a model that others derive from, by its Hub id in any case.
#[must_use]
pub fn base_model(repo: &str) -> Option<&'static BaseModel> {
    static READ: LazyLock<Vec<OnceLock<BaseModel>>> =
        LazyLock::new(|| BASE_MODELS.iter().map(|_| OnceLock::new()).collect());
    // By a hash, since texts are full of words that are no such name.
    static WITHOUT_OWNER: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
        let models = BASE_MODELS.iter().enumerate();
        let owned = models.filter_map(|(at, (repo, _))| Some((repo.split_once('/')?, at)));
        owned.filter(|((owner, _), _)| CANONICAL.contains(owner)).map(|((_, name), at)| (name, at)).collect()
    });
    let find = |id: &str| {
        let at = BASE_MODELS.binary_search_by_key(&id, |(repo, _)| repo).ok()?;
        let read = || serde_json::from_str(BASE_MODELS[at].1).unwrap_or_else(|error| panic!("internal: {id}: {error}"));
        Some(READ[at].get_or_init(read))
    };
    let repo = repo.to_lowercase();
    if repo.contains('/') {
        return find(&repo).or_else(|| {
            let moved =
                copies().renamed.iter().find_map(|moved| Some((repo.strip_prefix(moved.from.as_str())?, moved)));
            moved.and_then(|(rest, moved)| find(&format!("{}{rest}", moved.to)))
        });
    }
    WITHOUT_OWNER.get(repo.as_str()).and_then(|at| find(BASE_MODELS[*at].0))
}

/// The model that an id without its owner means, where all that are known by that name but copies are one.
#[must_use]
pub fn base_model_called(name: &str) -> Option<&'static BaseModel> {
    // By a hash, since texts are full of words that are no such name; nothing for a name of several.
    static CALLED: LazyLock<HashMap<&'static str, Option<&'static str>>> = LazyLock::new(|| {
        let mut called = HashMap::default();
        for (repo, _) in BASE_MODELS {
            if let Some((_, name)) = repo.split_once('/').filter(|(owner, _)| !is_copyist(owner)) {
                called.entry(name).and_modify(|known| *known = None).or_insert(Some(*repo));
            }
        }
        called
    });
    let name = name.trim().to_lowercase();
    if name.contains('/') {
        return None;
    }
    CALLED.get(name.as_str()).copied().flatten().and_then(base_model)
}

/// `rules/models/copies.yaml`.
#[derive(Deserialize)]
struct Copies {
    renamed: Vec<Renamed>,
    copyists: Vec<String>,
    marks: Vec<String>,
}

#[derive(Deserialize)]
struct Renamed {
    from: String,
    to: String,
}

fn copies() -> &'static Copies {
    static TABLE: LazyLock<Copies> = LazyLock::new(|| table("rules/models/copies.yaml"));
    &TABLE
}

/// Whether an owner, in lower case, publishes weights of others under the name of the original.
#[must_use]
pub fn is_copyist(owner: &str) -> bool {
    copies().copyists.iter().any(|copyist| copyist == owner)
}

/// The name of a repository, in lower case, without what marks another number format of the same weights.
#[must_use]
pub fn unmarked(mut name: &str) -> &str {
    let bare = |name: &'_ str| -> Option<usize> {
        let marks = copies().marks.iter();
        marks.filter_map(|mark| Some(name.strip_suffix(mark.as_str())?.strip_suffix(['-', '_', '.'])?.len())).min()
    };
    while let Some(end) = bare(name) {
        name = &name[..end];
    }
    name
}

/// The model that a copy is called like, where its owner publishes weights of others: `unsloth/Llama-3.1-8B-bnb-4bit`.
/// As sure as a name can be; none where models under several licences are called so.
#[must_use]
pub fn copied(repo: &str) -> Option<&'static BaseModel> {
    let repo = repo.to_lowercase();
    let (owner, name) = repo.split_once('/')?;
    if !is_copyist(owner) {
        return None;
    }
    let name = unmarked(name);
    // A former name leads to the same model.
    let names = copies().renamed.iter().filter_map(|moved| {
        let (from, to) = (moved.from.rsplit('/').next()?, moved.to.rsplit('/').next()?);
        Some(format!("{to}{}", name.strip_prefix(from).filter(|_| !from.is_empty())?))
    });
    let names: Vec<String> = std::iter::once(name.to_owned()).chain(names).collect();
    let called = |id: &str| {
        let (owner, own) = id.split_once('/')?;
        // `Llama-2-7b-hf` is that model in another format.
        let named = names.iter().any(|name| name == own || *name == unmarked(own));
        (named && !is_copyist(owner)).then(|| base_model(id)).flatten()
    };
    let mut found = BASE_MODELS.iter().filter_map(|(id, _)| called(id));
    let first = found.next()?;
    found.all(|other| other.id == first.id).then_some(first)
}

/// Owners, in lower case, to whom the Hub moved the models that once had no owner (`bert-base-uncased`); their
/// old names lead to the new ones.
const CANONICAL: &[&str] = &[
    "google-bert",
    "facebookai",
    "openai-community",
    "distilbert",
    "google-t5",
    "albert",
    "xlnet",
    "transfo-xl",
    "almanach",
];
