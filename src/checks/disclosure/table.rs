//! What the rules on disclosures ask for (`rules/gaps.yaml`).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::disclosure::Near;
use crate::embedded::table;

/// `rules/gaps.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) gaps: Vec<Gap>,
    pub(super) followups: Vec<Followup>,
    pub(super) partial: Partial,
    pub(super) sensitive: Sensitive,
    /// Headings, in small letters, under which no answer stands.
    pub(super) neutral: Vec<String>,
    /// Headings, in small letters, whose own parts may stand below them on the same level.
    pub(super) over: Vec<String>,
    /// What topics begin with under whose headings a pointer to another card says nothing on bias, limits and uses.
    pub(super) elsewhere: Vec<String>,
}

/// A rule and the topics of which one must be answered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the table has as many questions")]
pub(super) struct Gap {
    pub(super) rule: String,
    pub(super) topics: Vec<String>,
    /// Those that answer it only where their test is met: less of them speaks of something else.
    #[serde(default)]
    pub(super) wholly: Vec<String>,
    /// Those whose headings promise an answer, where not all do.
    #[serde(default)]
    pub(super) headings: Option<Vec<String>>,
    /// Likewise of models that judge people, and where the only words are a paragraph that many cards share.
    #[serde(default)]
    pub(super) judging: Vec<String>,
    pub(super) looked_for: String,
    /// Asked of quantized copies too.
    pub(super) copies: bool,
    /// Asked only where people may be affected.
    #[serde(default)]
    pub(super) people: bool,
    /// The rule instead, where the only words are a paragraph that many cards share.
    #[serde(default)]
    pub(super) copied: Option<String>,
    /// Pointing at the card of the base model is enough.
    #[serde(default)]
    pub(super) pointer: bool,
    /// Claims that answer it in a word, say where the answer is, or that another rule judges.
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// Topics beside which the answer may stand in a card whose language is not read.
    #[serde(default)]
    pub(super) beside: Vec<String>,
    /// Not told where something comes near to answering a topic.
    #[serde(default)]
    pub(super) doubt: bool,
    /// What comes near: nothing less than this.
    #[serde(default = "beside")]
    pub(super) near: Near,
    /// Claims of which one must be made for that, if there are any.
    #[serde(default)]
    pub(super) doubts: Vec<String>,
    /// What a sentence on the first topic is, when it says nothing of this model.
    #[serde(default)]
    pub(super) general: Option<String>,
}

fn beside() -> Near {
    Near::Beside
}

/// A rule on what should stand behind what is said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Followup {
    pub(super) rule: String,
    /// Topics, or claims.
    pub(super) when: Vec<String>,
    /// Levels of the topics.
    pub(super) at: Vec<String>,
    /// Topics or claims that answer it.
    pub(super) unless: Vec<String>,
    /// Those of them that answer it only where their test is met.
    #[serde(default)]
    pub(super) wholly: Vec<String>,
    /// What the card must claim beside.
    #[serde(default)]
    pub(super) claims: Vec<String>,
    pub(super) message: String,
    pub(super) help: String,
}

/// The rule on topics that are answered in part.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Partial {
    pub(super) rule: String,
    pub(super) topics: Vec<Begun>,
}

/// A topic, and those that a good part of its answer stands under.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Begun {
    pub(super) topic: String,
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// The claim that shows that it is begun and no more, with its place.
    #[serde(default)]
    pub(super) claim: Option<String>,
}

/// The rule on uses in which errors weigh heavily.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sensitive {
    pub(super) rule: String,
    pub(super) owes: Vec<Owed>,
    pub(super) fields: Vec<Field>,
    /// Words of a sentence that says what the model is not for.
    pub(super) denials: Vec<String>,
}

/// A topic that such a card owes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Owed {
    pub(super) topic: String,
    /// What it is called, where the words of the topic say more than is asked.
    #[serde(default)]
    pub(super) says: Option<String>,
    /// Topics or claims that will do.
    #[serde(default)]
    pub(super) unless: Vec<String>,
}

/// A field of such use.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) tags: Vec<String>,
    pub(super) words: Vec<String>,
}

pub(super) fn rules() -> &'static File {
    static TABLE: LazyLock<File> = LazyLock::new(|| table("rules/gaps.yaml"));
    &TABLE
}
