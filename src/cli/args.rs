//! The options. Their help texts are part of the README's reference.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::card::Kind;
use crate::license::{Class, Relation, Verdict};
use crate::report::Format;
use crate::rule::{Profile, Severity};

/// Linter and licence-compliance auditor for machine-learning model cards.
#[derive(Parser, Debug)]
#[command(name = "cardlint", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// Options of all commands.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of all commands.
#[derive(Args, Debug)]
pub struct Global {
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN")]
    pub color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Audit cards, repositories, or folders of repositories
    #[command(aliases = ["check", "lint"])]
    Audit(Box<AuditOptions>),
    /// Explain licences, and check whether terms are compatible
    License {
        /// What to do
        #[command(subcommand)]
        command: LicenseCommand,
    },
    /// Show what cards disclose against frameworks, requirement by requirement
    Coverage(Coverage),
    /// Show how open models are: classes of the Model Openness Framework, elements of the Open Source AI Definition
    Openness(OpennessOptions),
    /// List the frameworks, or the requirements of one
    Framework {
        /// Such as `eu-annex-xi`
        id: Option<String>,
        /// How to print it
        #[arg(long, value_enum, default_value_t = PageFormat::Table)]
        format: PageFormat,
    },
    /// Write the skeleton of a card from what the files of a repository say, or add a missing section to a card
    New(NewOptions),
    /// Serve editors over standard input and output (Language Server Protocol)
    #[command(alias = "server")]
    Lsp {
        /// Accepted because clients pass it; there is no other way
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Print the manual page
    #[command(hide = true)]
    Man,
    /// Write a configuration, pre-commit hooks and a workflow into a repository
    Init(InitOptions),
    /// Show what a rule checks, why, and how to fix it; all rules without ID
    #[command(alias = "explain")]
    Rule {
        /// Ids of rules, or a group; `test FOLDER` runs the examples of a rule pack
        #[arg(value_hint = ValueHint::Other)]
        ids: Vec<String>,
        /// How to list the rules
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// List the topics that cards are read for, or say what an answer to one takes
    Topic {
        /// Such as `bias.known-biases`
        id: Option<String>,
    },
    /// Show the configuration in force for a path, and where each value is from
    Config {
        /// A card or folder
        #[arg(default_value = ".")]
        path: PathBuf,
        /// Configuration file, instead of the nearest one
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Print a JSON schema, or list them all without NAME
    Schema {
        /// Such as `model-card` or `report`
        name: Option<String>,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Show as JSON how the Hub and `huggingface_hub` read a card, and its outline
    Read(ReadOptions),
}

/// How to list rules.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ListFormat {
    /// A table
    Table,
    /// JSON
    Json,
    /// The generated pages of `docs/rules/`: the index, or those of the rules named
    Markdown,
}

/// How to print pages about licences.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PageFormat {
    /// For people
    Table,
    /// JSON
    Json,
}

/// The commands of `license`.
#[derive(Subcommand, Debug)]
pub enum LicenseCommand {
    /// Explain one licence: what it allows, restricts and demands
    Show {
        /// Hub id, SPDX id or usual name
        id: String,
        /// How to print it
        #[arg(long, value_enum, default_value_t = PageFormat::Table)]
        format: PageFormat,
    },
    /// List the licences that cardlint knows
    List(LicenseList),
    /// Judge a published licence against those of what the model derives from
    Check(Box<LicenseCheck>),
    /// List the licences of many repositories and check them against those of their base models
    Report(LicenseReport),
}

/// How to print coverage.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum CoverageFormat {
    /// For people; an overview of several cards
    Table,
    /// JSON
    Json,
    /// Comma-separated values
    Csv,
    /// Markdown tables
    Markdown,
    /// A page by itself
    Html,
}

/// Which configuration is in force.
#[derive(Args, Debug, Default)]
pub struct ConfigOptions {
    /// Configuration file, instead of the nearest one
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    pub no_config: bool,
}

/// Which of the files that are named or found are read, and what is said of the rest.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Search {
    /// Skip named files that are not cards or are excluded (for hooks)
    #[arg(long)]
    pub only_cards: bool,
    /// Succeed when no card is found
    #[arg(long)]
    pub allow_empty: bool,
    /// Print only errors on standard error
    #[arg(long, short)]
    pub quiet: bool,
    /// Name every skipped file on standard error
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// Options of `coverage`.
#[derive(Args, Debug)]
pub struct Coverage {
    /// Cards, repositories or folders of them
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Ids of frameworks, or `all` [default: `frameworks` of the configuration, or hf-template and bias-profile]
    #[arg(long, value_delimiter = ',', value_name = "ID", value_hint = ValueHint::Other)]
    pub framework: Vec<String>,
    /// Ask the Hub: for repositories named `hf:…`
    #[arg(long)]
    pub online: bool,
    /// The configuration
    #[command(flatten)]
    pub configured: ConfigOptions,
    /// The files
    #[command(flatten)]
    pub search: Search,
    /// How to print it
    #[arg(long, value_enum, default_value_t = CoverageFormat::Table)]
    pub format: CoverageFormat,
    /// Write it to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Options of `new`.
#[derive(Args, Debug)]
pub struct NewOptions {
    /// The repository; with --section, the card
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Add this section, such as `bias`, at its place
    #[arg(long, value_name = "SECTION", conflicts_with_all = ["stdout", "profile"])]
    pub section: Option<String>,
    /// Whose sections [default: recommended]
    #[arg(long, value_name = "PROFILE", value_parser = choice(profile_names(), Profile::named))]
    pub profile: Option<&'static Profile>,
    /// Print the card instead of writing README.md
    #[arg(long)]
    pub stdout: bool,
}

/// Options of `init`.
#[derive(Args, Debug)]
pub struct InitOptions {
    /// The repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Ask nothing (also the default when input is not a terminal)
    #[arg(long, short)]
    pub yes: bool,
}

/// How to print openness.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OpennessFormat {
    /// For people; one line a model for several
    Table,
    /// JSON
    Json,
    /// Markdown tables
    Markdown,
}

/// Options of `openness`.
#[derive(Args, Debug)]
pub struct OpennessOptions {
    /// Cards, repositories or folders of them
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Ask the Hub: for repositories named `hf:…`
    #[arg(long)]
    pub online: bool,
    /// The configuration
    #[command(flatten)]
    pub configured: ConfigOptions,
    /// The files
    #[command(flatten)]
    pub search: Search,
    /// How to print it
    #[arg(long, value_enum, default_value_t = OpennessFormat::Table)]
    pub format: OpennessFormat,
    /// Write it to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How to print the licence report.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Table,
    /// Comma-separated values
    Csv,
    /// JSON
    Json,
    /// A Markdown table
    Markdown,
}

/// Options of `license report`.
#[derive(Args, Debug)]
pub struct LicenseReport {
    /// Cards, repositories or folders of them
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Ask the Hub: for repositories named `hf:…`, and for the licences of base models and data
    #[arg(long)]
    pub online: bool,
    /// Do not look for base models in the local cache of the Hub
    #[arg(long)]
    pub no_hub_cache: bool,
    /// The licence of another repository, such as a base model; repeatable
    #[arg(long, value_name = "REPO=LICENCE", value_parser = license_of)]
    pub license_of: Vec<(String, String)>,
    /// The configuration
    #[command(flatten)]
    pub configured: ConfigOptions,
    /// The files
    #[command(flatten)]
    pub search: Search,
    /// Least verdict that makes the exit code 1; with any but `never`, so do unmet duties and what the policy denies
    #[arg(long, value_name = "VERDICT", value_parser = choice(VERDICTS, verdict), default_value = "never")]
    pub fail_on: FailVerdict,
    /// How to print it
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub format: ReportFormat,
    /// Write it to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Options of `license list`.
#[derive(Args, Debug)]
pub struct LicenseList {
    /// Only licences of this class; repeatable
    #[arg(long, value_delimiter = ',')]
    pub class: Vec<Class>,
    /// Only licences that grant this right without conditions, such as `commercial_use`
    #[arg(long, value_delimiter = ',')]
    pub grant: Vec<String>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = PageFormat::Table)]
    pub format: PageFormat,
}

/// Options of `license check`.
#[derive(Args, Debug)]
pub struct LicenseCheck {
    /// The licence of the model: Hub id, SPDX id or expression; repeatable
    #[arg(long, value_name = "LICENCE")]
    pub declared: Vec<String>,
    /// Its `license_name`, with `--declared other`
    #[arg(long, value_name = "NAME")]
    pub license_name: Option<String>,
    /// The repository, such as acme/Helpdesk-8B
    #[arg(long, value_name = "REPO")]
    pub name: Option<String>,
    /// A base model, or the licence of one, as `REPO[=LICENCE][:RELATION]`
    #[arg(long, value_name = "BASE")]
    pub base: Vec<String>,
    /// A model whose outputs it was trained on, as REPO or REPO=LICENCE
    #[arg(long, value_name = "TEACHER")]
    pub teacher: Vec<String>,
    /// A dataset or its licence, as REPO or REPO=LICENCE
    #[arg(long, value_name = "DATASET")]
    pub dataset: Vec<String>,
    /// finetune, adapter, quantized, merge or distilled
    #[arg(long, value_name = "RELATION")]
    pub relation: Option<Relation>,
    /// A file of cases in JSON, as fixtures/license/cases.json; the exit code says nothing of the verdicts
    #[arg(long, value_name = "FILE", conflicts_with_all = ["declared", "base", "teacher", "dataset"])]
    pub cases: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = PageFormat::Table)]
    pub format: PageFormat,
}

/// Options of `read`.
#[derive(Args, Debug)]
pub struct ReadOptions {
    /// The card, or `-` for standard input
    #[arg(default_value = "-")]
    pub path: PathBuf,
}

/// Options of `audit`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct AuditOptions {
    /// Cards, repositories or folders of them; `-` reads one card from standard input, `hf-cache:OWNER/NAME` one
    /// from the local cache of the Hub (`hf-cache:` all of them), and, with --online, `hf:OWNER/NAME` or
    /// `hf:OWNER/*` those of the Hub; datasets are `hf:datasets/…`, revisions `…@REVISION`
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Ask the Hub: for repositories named `hf:…`, and for the licences of base models and data
    #[arg(long)]
    pub online: bool,
    /// Output format [default: table]
    #[arg(long, value_parser = choice(format_names(), format), value_name = "FORMAT", help_heading = OUTPUT)]
    pub format: Option<Format>,
    /// Write the output to FILE instead of standard output
    #[arg(long, short, value_name = "FILE", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,
    /// Write an additional report; repeatable
    #[arg(long, value_parser = report, value_name = "FORMAT=FILE", help_heading = OUTPUT)]
    pub report: Vec<(Format, PathBuf)>,
    /// Which rules run [default: recommended]
    #[arg(long, value_name = "PROFILE", value_parser = choice(profile_names(), Profile::named), help_heading = RULES)]
    pub profile: Option<&'static Profile>,
    /// Run only these rules or groups
    #[arg(long, value_delimiter = ',', value_name = "RULE|GROUP", value_hint = ValueHint::Other, help_heading = RULES)]
    pub select: Vec<String>,
    /// Leave these rules or groups out
    #[arg(long, value_delimiter = ',', value_name = "RULE|GROUP", value_hint = ValueHint::Other, help_heading = RULES)]
    pub ignore: Vec<String>,
    /// Minimum severity that makes the exit code 1 [default: error]
    #[arg(long, value_parser = choice(FAIL_ON, fail_on), value_name = "SEVERITY", help_heading = RULES)]
    pub fail_on: Option<FailOn>,
    /// Kind of all cards
    #[arg(long, value_parser = choice(KINDS, kind), default_value = "auto", value_name = "KIND")]
    pub kind: KindChoice,
    /// A JSON schema that front matter must meet; repeatable
    #[arg(long, value_name = "FILE", help_heading = RULES)]
    pub schema: Vec<PathBuf>,
    /// The licence of another repository, such as a base model; repeatable
    #[arg(long, value_name = "REPO=LICENCE", value_parser = license_of)]
    pub license_of: Vec<(String, String)>,
    /// Do not look for base models in the local cache of the Hub
    #[arg(long)]
    pub no_hub_cache: bool,
    /// A folder of rule files to add; repeatable
    #[arg(long, value_name = "FOLDER", help_heading = RULES)]
    pub rule_pack: Vec<PathBuf>,
    /// Apply the safe fixes to the files
    #[arg(long, help_heading = FIXES)]
    pub fix: bool,
    /// Show the fixes as a diff and write nothing; exit code 1 when there are any
    #[arg(long, help_heading = FIXES)]
    pub diff: bool,
    /// With --fix or --diff: include fixes that a person should review
    #[arg(long, help_heading = FIXES)]
    pub unsafe_fixes: bool,
    /// Audit again whenever a file is saved
    #[arg(long, conflicts_with_all = ["fix", "write_baseline", "prune_baseline"])]
    pub watch: bool,
    /// Report only findings that are not in this file
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline", help_heading = BASELINE)]
    pub baseline: Option<PathBuf>,
    /// Write all findings to this file, for --baseline; exit code 0
    #[arg(long, value_name = "FILE", help_heading = BASELINE)]
    pub write_baseline: Option<PathBuf>,
    /// Remove from the baseline what is no longer found
    #[arg(long, conflicts_with = "write_baseline", help_heading = BASELINE)]
    pub prune_baseline: bool,
    /// Include silenced findings in SARIF, marked as suppressed
    #[arg(long, help_heading = OUTPUT)]
    pub show_suppressed: bool,
    /// Add to each finding on a disclosure what was weighed
    #[arg(long, help_heading = OUTPUT)]
    pub explain: bool,
    /// Add what each card discloses, topic by topic, to JSON and NDJSON
    #[arg(long, help_heading = OUTPUT)]
    pub disclosures: bool,
    /// Name to report for standard input
    #[arg(long, value_name = "NAME", default_value = "README.md")]
    pub stdin_filename: String,
    /// The configuration
    #[command(flatten)]
    pub configured: ConfigOptions,
    /// Threads [default: one per core]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<usize>,
    /// Show counts per rule instead of findings
    #[arg(long, help_heading = OUTPUT)]
    pub statistics: bool,
    /// Skip named files that are not cards or are excluded (for hooks)
    #[arg(long)]
    pub only_cards: bool,
    /// Succeed when no card is found
    #[arg(long)]
    pub allow_empty: bool,
    /// Print only errors on standard error
    #[arg(long, short, help_heading = OUTPUT)]
    pub quiet: bool,
    /// Name every file that is audited on standard error
    #[arg(long, short, conflicts_with = "quiet", help_heading = OUTPUT)]
    pub verbose: bool,
    /// Show no progress bar
    #[arg(long, help_heading = OUTPUT)]
    pub no_progress: bool,
}

/// When findings make the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// At this severity or above.
    Severity(Severity),
    /// Never.
    Never,
}

/// The option `--fail-on` of `license report`.
#[derive(Clone, Copy, Debug)]
pub struct FailVerdict(pub Option<Verdict>);

/// The option `--kind`.
#[derive(Clone, Copy, Debug)]
pub struct KindChoice(pub Option<Kind>);

/// Headings of the help of `audit`.
const RULES: &str = "Rules";
const OUTPUT: &str = "Output";
const FIXES: &str = "Fixes";
const BASELINE: &str = "Baseline";

const FAIL_ON: [&str; 4] = ["error", "warning", "note", "never"];
const KINDS: [&str; 3] = ["auto", "model", "dataset"];
const VERDICTS: [&str; 5] = ["review", "unknown", "obligation-lost", "conflict", "never"];

fn format_names() -> impl Iterator<Item = &'static str> {
    Format::ALL.iter().map(|(name, _)| *name)
}

fn profile_names() -> impl Iterator<Item = &'static str> {
    Profile::all().iter().map(|profile| profile.id.as_str())
}

/// One of some words, which help, completions and errors list.
fn choice<T: Clone + Send + Sync + 'static>(
    words: impl IntoIterator<Item = &'static str>,
    parse: fn(&str) -> Result<T, String>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words).try_map(move |word| parse(&word))
}

fn format(word: &str) -> Result<Format, String> {
    let names = || format_names().collect::<Vec<_>>().join(", ");
    Format::from_name(word).ok_or_else(|| format!("choose a format from {}", names()))
}

fn license_of(word: &str) -> Result<(String, String), String> {
    let (repo, license) = word.split_once('=').ok_or("it is given as REPO=LICENCE")?;
    super::repositories::given(repo, license).map_err(|error| error.to_string())
}

fn report(word: &str) -> Result<(Format, PathBuf), String> {
    let (name, file) = word.split_once('=').ok_or("a report is given as FORMAT=FILE")?;
    if file.is_empty() {
        return Err("the file is missing".to_owned());
    }
    Ok((format(name)?, PathBuf::from(file)))
}

/// Also used for the configuration.
pub(super) fn fail_on(word: &str) -> Result<FailOn, String> {
    if word == "never" {
        Ok(FailOn::Never)
    } else {
        word.parse().map(FailOn::Severity).map_err(|error: String| format!("{error}, never"))
    }
}

fn verdict(word: &str) -> Result<FailVerdict, String> {
    if word == "never" {
        return Ok(FailVerdict(None));
    }
    let known = [Verdict::Review, Verdict::Unknown, Verdict::ObligationLost, Verdict::Conflict];
    let meant = known.into_iter().find(|verdict| verdict.as_str() == word);
    meant
        .map(|verdict| FailVerdict(Some(verdict)))
        .ok_or_else(|| "the verdicts are review, unknown, obligation-lost, conflict, never".to_owned())
}

fn kind(word: &str) -> Result<KindChoice, String> {
    match word {
        "auto" => Ok(KindChoice(None)),
        "model" => Ok(KindChoice(Some(Kind::Model))),
        "dataset" => Ok(KindChoice(Some(Kind::Dataset))),
        _ => Err("the kinds are auto, model, dataset".to_owned()),
    }
}
