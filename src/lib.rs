//! cardlint: a linter and licence-compliance auditor for machine-learning model cards.
//!
//! A card is the `README.md` of a model or dataset repository: Markdown under YAML front matter.
//! The way of a card through this crate, each step a pure function of its inputs:
//!
//! 1. [`card::Card::read`]: bytes to front matter ([`yaml`]) and outline ([`markdown`]), all in
//!    byte offsets of the whole file ([`text`]).
//!    [`repository::Repository::read`]: what the files beside it say, from configurations and headers.
//! 2. [`schema`]: violations of JSON schemas, placed in the tree.
//! 3. [`facts`]: what card and files say of terms and descent, judged by the tables of [`license`].
//!    [`disclosure`]: which topics the text answers, how well and where.
//! 4. [`checks`]: one function a rule or family of rules, from the card to [`rule::Finding`]s. What
//!    the words of the Hub are is data ([`vocab`]); what a rule is, is a file ([`rule`]).
//! 5. [`engine::audit`]: everything above for one card, with severities, order and fingerprints.
//! 6. [`report`]: findings to tables, text, JSON, SARIF and the rest.
//!
//! Only [`cli`] touches files, environment and standard streams. A module may use those of lower
//! layers only; `tests/architecture.rs` holds the table.

pub mod card;
pub mod checks;
pub mod cli;
pub mod disclosure;
pub mod embedded;
pub mod engine;
pub mod facts;
pub mod license;
pub mod markdown;
pub mod report;
pub mod repository;
pub mod rule;
pub mod schema;
pub mod text;
pub mod vocab;
pub mod yaml;
