//! The one table from rule ids to the functions that check them.

use super::license::{body, derivation, files, identity, policy, text};
use super::metadata::{
    co2, datasets, encoding, eval_results, fields, front_matter, keys, language, license, lineage, metrics,
    model_index, schema, tasks, yaml,
};
use super::{Context, Sink};
use super::{declared, disclosure, evaluation, repository};

/// A check and the rules that it reports.
pub struct Builtin {
    /// Ids of its rules, all with `check: builtin` in their files.
    pub rules: &'static [&'static str],
    /// The function.
    pub run: fn(&Context<'_>, &mut Sink<'_>),
}

/// Rules that the engine reports itself, once all others have run: they are about the comments that silence findings.
pub const BY_THE_ENGINE: &[&str] = &["ignore-unknown", "ignore-unused", "ignore-without-reason"];

/// All built-in checks, in the order in which they run.
pub const BUILTINS: &[Builtin] = &[
    Builtin { rules: &["encoding-invalid"], run: encoding::check },
    Builtin {
        rules: &[
            "lfs-pointer",
            "front-matter-bom",
            "card-missing",
            "front-matter-missing",
            "front-matter-not-first",
            "front-matter-opening-fence",
            "front-matter-unclosed",
            "front-matter-swallows-body",
            "front-matter-closes-early",
            "front-matter-empty",
            "front-matter-second-block",
            "front-matter-line-ends",
            "front-matter-not-mapping",
        ],
        run: front_matter::check,
    },
    Builtin {
        rules: &[
            "yaml-syntax",
            "yaml-reader-refuses",
            "yaml-alias-bomb",
            "yaml-duplicate-key",
            "yaml-ambiguous-value",
            "yaml-tag",
        ],
        run: yaml::check,
    },
    Builtin { rules: &["key-unknown", "key-not-string", "key-reserved", "key-deprecated"], run: keys::check },
    Builtin { rules: &["field-empty", "field-placeholder", "list-duplicate"], run: fields::check },
    Builtin { rules: &["license-unknown", "license-other-unnamed", "license-name-unused"], run: license::check },
    Builtin {
        rules: &["pipeline-tag-retired", "pipeline-tag-missing", "library-unknown", "library-missing"],
        run: tasks::check,
    },
    Builtin { rules: &["language-invalid", "language-doubtful", "language-missing"], run: language::check },
    Builtin { rules: &["base-model-invalid", "base-model-relation-alone", "repo-id-invalid"], run: lineage::check },
    Builtin { rules: &["model-index-lossy"], run: model_index::check },
    Builtin { rules: &["metric-value-type", "metric-value-range", "metric-scale-mixed"], run: metrics::check },
    Builtin { rules: &[], run: co2::check },
    Builtin { rules: &["dataset-features"], run: datasets::check },
    Builtin { rules: &[], run: schema::check },
    Builtin { rules: &[], run: declared::check },
    Builtin { rules: &[], run: eval_results::check },
    Builtin { rules: &["schema-extra"], run: schema::check_extra },
    Builtin { rules: &["license-text-differs", "license-text-modified", "license-text-undeclared"], run: text::check },
    // Exceptions without use are known only after the last card: `engine::notices` reports them.
    Builtin { rules: &["license-policy", "license-policy-exception"], run: policy::check },
    Builtin { rules: &["license-link-broken", "license-texts-disagree", "license-text-missing"], run: files::check },
    Builtin {
        rules: &[
            "template-unedited",
            "intended-use-missing",
            "out-of-scope-missing",
            "training-data-missing",
            "evaluation-missing",
            "limitations-missing",
            "bias-missing",
            "bias-copied",
            "section-unfilled",
            "disclosure-partial",
            "sensitive-use-unguarded",
            "bias-groups-unmeasured",
            "bias-not-disaggregated",
            "bias-benchmark-unscored",
            "bias-unmitigated",
            "bias-claim-unsupported",
            "sensitive-data-unhandled",
            "annotators-undescribed",
            "results-incomplete",
            "superiority-unsupported",
            "evaluated-on-training-data",
            "carbon-incomplete",
        ],
        run: disclosure::check,
    },
    Builtin {
        rules: &["results-differ", "languages-unevaluated", "carbon-without-unit", "carbon-implausible"],
        run: evaluation::check,
    },
    Builtin { rules: &["license-body-only", "license-body-differs", "license-body-restricts"], run: body::check },
    Builtin { rules: &["license-family", "license-other-listed", "license-id-deprecated"], run: identity::check },
    Builtin {
        rules: &[
            "license-conflict",
            "license-restriction-lost",
            "license-name-prefix",
            "license-display-text",
            "license-base-unknown",
            "license-review",
            "license-base-relabelled",
            "license-base-gated",
            "license-copy-missing",
            "license-notice-missing",
        ],
        run: derivation::check,
    },
    Builtin {
        rules: &[
            "secret-exposed",
            "repository-file-broken",
            "weights-incomplete",
            "pickle-weights",
            "remote-code-unmentioned",
            "link-broken",
            "base-model-circle",
            "base-model-undeclared",
            "base-model-differs",
            "base-model-relation-differs",
            "license-metadata-differs",
            "datasets-undeclared",
            "library-differs",
            "task-differs",
            "language-unwritable",
            "parameters-differ",
            "precision-differs",
            "context-length-differs",
            "vocabulary-differs",
            "results-file-differs",
            "hyperparameters-differ",
            "emissions-differ",
            "versions-differ",
            "lfs-untracked",
            "code-loads-other-model",
        ],
        run: repository::check,
    },
];
