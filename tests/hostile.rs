//! Hostile input, through the process: clear errors, no hang, and the other cards go on.

mod common;
#[allow(dead_code, reason = "each user of the invariants needs a part of them")]
#[path = "common/invariants.rs"]
mod invariants;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use snapbox::cmd::cargo_bin;

const CARD: &str = "---\nlicense: mit\nlicence: mit\nlibrary_name: peft\n---\n# X\n";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    fs::write(path, text).expect("file");
}

fn cardlint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(cargo_bin!("cardlint")).args(arguments).env_clear().current_dir(folder).output().expect("it runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("output is UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("output is UTF-8")
}

#[test]
fn bytes_that_are_no_text() {
    let audit = invariants::audit(b"---\nlicense: mit\nlicence: mit\n---\n# caf\xe9 \xff\n");
    let messages: Vec<&str> = audit.findings.iter().map(|f| f.message.as_str()).collect();
    assert!(messages.iter().any(|message| message.contains("0xE9 at offset 39")), "{messages:?}");
    assert!(messages.iter().any(|m| m.contains("licence")), "the rest is audited");
    let audit = invariants::audit(b"---\nlicense: mit\nlicence: m\0t\n---\n# X\n");
    assert!(audit.findings.iter().any(|f| f.message.contains("NUL byte at offset 27")));
    let utf16: Vec<u8> = "\u{feff}---\nlicense: mit\n---\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(invariants::audit(&utf16).findings.iter().any(|f| f.message.contains("UTF-16")));
}

#[test]
fn shapes_that_blow_up() {
    let fenced = |yaml: String| format!("---\n{yaml}\n---\n# X\n").into_bytes();
    // Prose of French, so that the card is read with its words in English, too.
    let french = "Le modèle a été entraîné sur les lettres de la ville pour les trier. ".repeat(60);
    let foreign = |text: String| format!("# X\n\n{french}\n\n{text}\n").into_bytes();
    let numbered = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().concat();
    let loads = "m = A.from_pretrained(\n".repeat(20_000);
    let calls = format!("---\nlicense: mit\n---\n# X\n\n```python\n{loads}{}```\n", "pipeline('x/y'\n".repeat(20_000));
    for (what, bytes) in [
        ("flow", fenced(format!("a: {}", "[".repeat(100_000)))),
        ("maps", fenced(format!("a: {}", "{a: ".repeat(100_000)))),
        ("sequences", fenced("- ".repeat(100_000))),
        ("quotes", format!("# X\n{}", "> ".repeat(100_000)).into_bytes()),
        ("brackets", format!("# X\n{}", "[".repeat(100_000)).into_bytes()),
        ("headings in HTML", format!("# X\n\n<div>\n{}", "<h1>".repeat(100_000)).into_bytes()),
        ("comments", format!("# X\n\n<div>\n{}", "<!-- <h1> --><h2".repeat(50_000)).into_bytes()),
        ("bold lines", format!("# X\n{}", "\n**b**\n".repeat(50_000)).into_bytes()),
        ("digits", fenced(format!("a: 0x{}", "f".repeat(500_000)))),
        ("findings", fenced(format!("tags: [{}]", "no, ".repeat(20_000)))),
        ("keys", fenced("license: mit\n".repeat(20_000))),
        ("French targets", foreign("](".repeat(50_000))),
        ("French tags", foreign("<a".repeat(50_000))),
        ("French code", foreign("`a ".repeat(50_000))),
        (
            "endings",
            format!("{}\n\n{}", "このモデルは市民の手紙を分類する。".repeat(80), "ある".repeat(30_000)).into_bytes(),
        ),
        ("one Korean word", "모델학습".repeat(20_000).into_bytes()),
        ("one Chinese sentence", "训练数据".repeat(20_000).into_bytes()),
        ("calls", calls.into_bytes()),
        ("sentences", format!("# X\n\n{}", "We train on bias. ".repeat(30_000)).into_bytes()),
        ("items", format!("# X\n\nThe model was trained on:\n{}", "- a corpus\n".repeat(20_000)).into_bytes()),
        ("headings in front matter", format!("---\n{}license: mit\n", "\n\n# a".repeat(20_000)).into_bytes()),
        ("comments on one key", fenced(format!("{}license: mit", "# cardlint: ignore[x] y\n".repeat(20_000)))),
        (
            "fences in a scalar",
            fenced(format!("{}x: |\n{}", numbered(20_000, |n| format!("k{n}: 1\n")), "  ---\n".repeat(20_000))),
        ),
        ("licences on one line", format!("# X\n\n{}", "released under ".repeat(20_000)).into_bytes()),
        ("descent on one line", format!("# X\n\nIt is {}", "a fine-tuned version of ".repeat(20_000)).into_bytes()),
        ("placeholders on one line", format!("# X\n\n{}", "a [TODO( ".repeat(50_000)).into_bytes()),
        ("tags without an end", format!("# X\n\n{}", "<img ".repeat(100_000)).into_bytes()),
        (
            "signs before a text that must be shown",
            format!("---\nbase_model: meta-llama/Llama-3.1-8B\n---\n# X\n\n{}", "< ".repeat(200_000)).into_bytes(),
        ),
        (
            "headings with licences",
            format!("---\nlicense: mit\n---\n{}", "## X\n\nReleased under GPL-3.0\n\n".repeat(10_000)).into_bytes(),
        ),
        ("base models", fenced(format!("base_model:\n{}", numbered(10_000, |n| format!("- a/b{n}\n"))))),
        ("emissions", format!("---\nco2_eq_emissions: 1\n---\n# X\n{}", "1 g\n".repeat(50_000)).into_bytes()),
        ("empty keys", fenced(format!("a: [{}]", ": b, ".repeat(50_000)))),
    ] {
        let start = std::time::Instant::now();
        let audit = invariants::audit(&bytes);
        // Unoptimised and with every report; quadratic work takes minutes.
        assert!(start.elapsed().as_secs() < 30, "{what} takes {:?}", start.elapsed());
        assert!(audit.findings.len() < 5_000, "{what}");
    }
}

/// What a text is called, how often it repeats something, and how it is made.
type Shape<'a> = (&'a str, usize, &'a dyn Fn(usize) -> Vec<u8>);

/// What was once quadratic: twice the text takes about twice the time.
#[test]
fn twice_the_text_takes_twice_the_time() {
    let card = |front: String, body: String| format!("---\nlicense: mit\n{front}---\n# X\n\n{body}\n").into_bytes();
    let data = |front: String| format!("---\nlicense: mit\n{front}---\n# Dataset Card for X\n").into_bytes();
    let numbered = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let shapes: [Shape<'_>; 25] = [
        ("brackets", 8_000, &|n| card(String::new(), "- [fill this in]\n".repeat(n))),
        ("sentences", 8_000, &|n| card(String::new(), "evaluated on the data that it was ".repeat(n))),
        ("emissions", 4_000, &|n| card(String::new(), "emissions: 5 kg CO2 in 3 hours on a V100\n".repeat(n))),
        ("versions", 100_000, &|n| card(String::new(), "PEFT ".repeat(n))),
        ("pipelines", 60_000, &|n| card(String::new(), format!("```python\n{}\n```", "pipeline(\"x".repeat(n)))),
        ("imports", 60_000, &|n| card(String::new(), format!("```python\n{}\n```", "import x ".repeat(n)))),
        ("headings", 20_000, &|n| card(String::new(), "## Bias\n".repeat(n))),
        ("members", 4_000, &|n| {
            let members = numbered(n, &|at| format!("    x{at}: y\n"));
            card(format!("model-index:\n- name: x\n  results:\n  - task: {{type: y}}\n{members}"), String::new())
        }),
        ("comments", 20_000, &|n| card(String::new(), "<!-- c --> text ".repeat(n))),
        ("bases", 8_000, &|n| {
            card(format!("base_model: [{}]\n", numbered(n, &|at| format!("a/b{at}, "))), String::new())
        }),
        ("licences", 8_000, &|n| card(format!("license_name: {}MIT\n", "MIT AND ".repeat(n)), String::new())),
        ("languages", 8_000, &|n| card(format!("language: [{}en]\n", "Norwegian, ".repeat(n)), String::new())),
        ("configurations", 10_000, &|n| {
            data(format!("configs:\n{}", numbered(n, &|at| format!("- config_name: c{at}\n"))))
        }),
        ("licence sections", 4_000, &|n| card(String::new(), "## License\n\n[x](https://y.z)\n\n".repeat(n))),
        ("descent", 4_000, &|n| card(String::new(), "This model is based on `a-b/c-d` ".repeat(n))),
        ("models of others", 4_000, &|n| {
            card(String::new(), format!("## Other models\n\n{}", "fine-tuned from `abc/cde-f` ".repeat(n)))
        }),
        ("a long title", 4_000, &|n| {
            let lines = "It was fine-tuned from `abc/cde-f`.\n\n".repeat(n / 4);
            format!("---\nlicense: mit\n---\n# {}\n\n{lines}", "word ".repeat(n)).into_bytes()
        }),
        ("Russian headings", 4_000, &|n| {
            let prose = "Эта модель обучена на текстах, которые собрали люди. ".repeat(20);
            card(String::new(), format!("{prose}\n\n{}", "## жжъ\n".repeat(n)))
        }),
        ("ignores", 4_000, &|n| card(String::new(), "<!-- cardlint: ignore[bias-missing] y -->\n".repeat(n))),
        ("languages and words", 1_000, &|n| {
            let codes = numbered(n, &|at| {
                let letter = |by: usize| char::from(b'a' + u8::try_from(at / by % 26).expect("a letter"));
                format!("{}{}{}, ", letter(676), letter(26), letter(1))
            });
            let words = numbered(4 * n, &|at| format!("w{at} "));
            card(format!("language: [{codes}]\n"), format!("## Evaluation\n\nAccuracy 0.91 {words}"))
        }),
        ("hyperparameters", 1_000, &|n| {
            card(
                String::new(),
                format!("## Training procedure\n\n{}", "- learning rate: 1e-4, batch size: 8\n".repeat(n)),
            )
        }),
        ("one member", 8_000, &|n| {
            card(format!("model-index: [{{name: x, results: [{{{}}}]}}]\n", "foo: 1, ".repeat(n)), String::new())
        }),
        ("one language", 8_000, &|n| card(format!("language: [{}]\n", "se, ".repeat(n)), "text ".repeat(n))),
        ("addresses", 8_000, &|n| card(String::new(), "http://a,".repeat(n))),
        ("known bases", 200, &|n| {
            let bases = numbered(n, &|at| format!("- unsloth/Llama-3.1-8B-{}\n", "x".repeat(at % 7 + 1)));
            card(format!("base_model_relation: merge\nbase_model:\n{bases}"), String::new())
        }),
    ];
    let took = |bytes: Vec<u8>| {
        let begin = std::time::Instant::now();
        invariants::audit(&bytes);
        begin.elapsed()
    };
    for (name, size, make) in shapes {
        // The least of three: another process may take the machine for a while.
        let least = |size: usize| (0..3).map(|_| took(make(size))).min().expect("three");
        let (once, twice) = (least(size), least(2 * size));
        let limit = once * 3 + std::time::Duration::from_millis(150);
        assert!(twice < limit, "{name}: {once:?}, then {twice:?}");
    }
}

/// Lines that are longer than what is looked at are cut within words of many bytes.
#[test]
fn long_lines_of_long_letters() {
    for letter in ["é", "模", "ж", "𝒜"] {
        for phrase in ["under the MIT License.", "Released under the MIT License  ", "for non-commercial use only"] {
            for count in (240..700).step_by(3) {
                let around = letter.repeat(count);
                for body in
                    [format!("{around} {phrase}"), format!("{phrase}{around}"), format!("{around}{phrase}{around}")]
                {
                    let text = format!("---\nlicense: mit\n---\n{body}\n");
                    let source = cardlint::text::SourceFile::new("README.md", text);
                    let card = cardlint::card::Card::read(&source, Vec::new(), cardlint::card::Siblings::none(), None);
                    assert!(cardlint::facts::statements::find(&card).len() < 3, "{body}");
                    assert!(cardlint::facts::restrictions::noncommercial(&card).is_none_or(|span| !span.is_empty()));
                }
            }
        }
    }
}

/// Anchors within anchors: what no alias names is not copied.
#[test]
fn anchors_within_anchors() {
    let levels = (0..460).map(|at| format!("&a{at} [")).collect::<Vec<_>>().concat();
    let yaml = format!("x: {levels}{}{}\n", "1,".repeat(50_000), "]".repeat(460));
    let begin = std::time::Instant::now();
    invariants::audit(format!("---\nlicense: mit\n{yaml}---\n# X\n").as_bytes());
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}

/// Aliases that make features of a dataset hold themselves, or stand for very many.
#[test]
fn features_that_hold_themselves() {
    let place = folder();
    write(
        place.path(),
        "a/README.md",
        "---\ndataset_info:\n  features: &f\n  - name: x\n    struct: *f\n---\n# Dataset card\n",
    );
    let mut nested = "---\nx0: &a0\n- name: x\n  dtype: string\n".to_owned();
    for at in 1..30 {
        let below = at - 1;
        nested.push_str(&format!("x{at}: &a{at}\n- name: x\n  struct: *a{below}\n- name: y\n  struct: *a{below}\n"));
    }
    write(place.path(), "b/README.md", format!("{nested}dataset_info:\n  features: *a29\n---\n# Dataset card\n"));
    write(place.path(), "c/README.md", CARD);
    let output = cardlint(place.path(), &["audit", "a/README.md", "b/README.md", "c/README.md", "--format", "json"]);
    assert!(stdout(&output).contains("c/README.md"), "{}", stderr(&output));
}

/// Findings far to the right on one line are named, and the line is not copied for each of them.
#[test]
fn findings_on_one_long_line() {
    let place = folder();
    let tags = "aa, ".repeat(200_000);
    write(place.path(), "README.md", format!("---\nlicense: mit\ntags: [{tags}{}]\n---\n# X\n", "\"\", ".repeat(300)));
    let output =
        cardlint(place.path(), &["audit", "README.md", "--format", "text", "--select", "field-empty,tag-empty"]);
    assert!(output.stdout.len() < 1_000_000, "{}", output.stdout.len());
    // A place without front matter, at the first byte of the file.
    write(place.path(), "README.md", "https://huggingface.co/acme/base-7b is where it comes from.\n");
    assert!(cardlint(place.path(), &["audit", "README.md", "--profile", "strict"]).status.code() != Some(101));
}

#[test]
fn alias_bomb_is_told_and_not_built() {
    let mut yaml = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (above, name) in ('a'..='x').zip('b'..='y') {
        yaml.push_str(&format!("{name}: &{name} [*{above},*{above},*{above},*{above},*{above},*{above},*{above}]\n"));
    }
    let audit = invariants::audit(format!("---\n{yaml}licence: mit\n---\n# X\n").as_bytes());
    let ids: Vec<&str> = audit.findings.iter().map(|f| f.rule.id.as_str()).collect();
    assert!(ids.contains(&"yaml-alias-bomb") && ids.contains(&"key-unknown"), "{ids:?}");
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let folder = folder();
    let at = folder.path();
    write(at, "a/README.md", CARD);
    write(at, "b/README.md", [b"---\nlicense: mit\n---\n".as_slice(), &vec![b'x'; 17 * 1024 * 1024]].concat());
    write(at, "c/README.md", CARD);
    let output = cardlint(at, &["audit", "--format", "github", "gone/README.md", "."]);
    assert_eq!(output.status.code(), Some(2));
    let (out, err) = (stdout(&output), stderr(&output));
    assert!(out.contains("file=a/README.md") && out.contains("file=c/README.md"), "{out}");
    assert!(err.contains("b/README.md: is larger than 16 MiB"), "{err}");
    assert!(err.contains("gone/README.md: no such file or folder"), "{err}");
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_or_around() {
    use std::os::unix::fs::symlink;
    let outside = folder();
    write(outside.path(), "README.md", CARD);
    write(outside.path(), "results/secret.yaml", "- value: secret\n");
    let folder = folder();
    let at = folder.path();
    write(at, "model/README.md", CARD);
    symlink(at, at.join("model/loop")).expect("link");
    symlink("README.md", at.join("model/readme.md")).expect("link");
    symlink(outside.path().join("README.md"), at.join("README.md")).expect("link");
    symlink(outside.path(), at.join("elsewhere")).expect("link");
    symlink(outside.path().join("results"), at.join("model/.eval_results")).expect("link");
    symlink("nowhere", at.join("elsewhere.modelcard.md")).expect("link");
    let output = cardlint(at, &["audit", "--verbose", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let audited: Vec<String> = stderr(&output).lines().map(str::to_owned).collect();
    assert_eq!(audited, ["audited: model/README.md", "audited: model/readme.md"]);
    assert!(!stdout(&output).contains("secret"));
}

/// Whatever is said of a card, in whichever form and with whichever rules: never a secret that it holds.
#[test]
fn secrets_are_shown_nowhere() {
    let token = ["hf", "QwErTyUiOpAsDfGhJkLzXcVbNmPqRsTuVw"].join("_");
    let tail = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0iL".repeat(4);
    let key = format!("sk-proj-{tail}T3BlbkFJ{tail}");
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDRr7";
    let private = format!(
        "{}\n  {line}\n  {line}\n  {}",
        ["-----BEGIN PRIVATE", "KEY-----"].join(" "),
        "-----END PRIVATE KEY-----"
    );
    let card = format!(
        "---\nlicense: mit\nlicense: mit\nbase_model: me/{token}\ndatasets: [me/x-{token}]\npipeline_tag: {key}\nlibrary_name: {key}\n\
         secret: |\n  {private}\nlanguage: english\nlicence: mit\n---\n# Model {token}\n\nIts bias {token} against women.\n"
    );
    let folder = folder();
    write(folder.path(), "README.md", &card);
    let mut runs: Vec<Vec<&str>> =
        ["table", "text", "json", "ndjson", "sarif", "github", "gitlab", "junit", "rdjson", "markdown"]
            .iter()
            .flat_map(|format| {
                let run = vec!["audit", "--profile", "strict", "--explain", "--format", format, "README.md"];
                [run.clone(), [run, vec!["--ignore", "secret-exposed"]].concat()]
            })
            .collect();
    runs.push(vec!["audit", "--fix", "--unsafe-fixes", "--diff", "README.md"]);
    runs.push(vec!["coverage", "--format", "html", "README.md"]);
    runs.push(vec!["license", "report", "--format", "json", "README.md"]);
    runs.push(vec!["read", "README.md"]);
    for run in runs {
        let output = cardlint(folder.path(), &run);
        let said = stdout(&output) + &stderr(&output);
        assert!(!said.is_empty(), "{run:?}");
        for secret in [&token[3..], &tail[..20], &tail[tail.len() - 20..], &line[..20]] {
            assert!(!said.contains(secret), "{run:?}: {said}");
        }
    }
    // Mending writes what it should, and nothing else.
    cardlint(folder.path(), &["audit", "--fix", "README.md"]);
    let mended = fs::read_to_string(folder.path().join("README.md")).expect("card");
    assert!(mended.contains(&token) && mended.contains(&key) && mended.contains(&private), "{mended}");
    assert_ne!(mended, card, "the repeated key is removed");
}

/// A configuration of an untrusted repository may be a link to anything.
#[cfg(unix)]
#[test]
fn linked_files_are_not_shown() {
    use std::os::unix::fs::symlink;
    let folder = folder();
    let at = folder.path();
    write(at, "secret", "SECRET=hunter2\n");
    write(at, "repo/README.md", CARD);
    for name in ["cardlint.toml", "base.toml"] {
        symlink("../secret", at.join("repo").join(name)).expect("link");
        let output = cardlint(&at.join("repo"), &["audit", "."]);
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output) + &stdout(&output);
        assert!(said.contains("is a link to a file that is not a configuration (line 1)"), "{said}");
        assert!(!said.contains("SECRET") && !said.contains("hunter2"), "{said}");
        fs::remove_file(at.join("repo/cardlint.toml")).expect("removed");
        write(at, "repo/cardlint.toml", "extends = \"base.toml\"\n");
    }
}

#[cfg(unix)]
#[test]
fn unreadable_files_are_errors() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let at = folder.path();
    write(at, "a/README.md", CARD);
    write(at, "b/README.md", CARD);
    fs::set_permissions(at.join("b/README.md"), fs::Permissions::from_mode(0o000)).expect("mode");
    // Permissions do not bind root.
    if fs::read(at.join("b/README.md")).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let output = cardlint(at, &["audit", "--format", "github"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("b/README.md: permission denied"));
    assert!(stdout(&output).contains("a/README.md"));
}

#[test]
fn closed_pipe_is_success() {
    for arguments in [["rule", "--format", "json"].as_slice(), &["audit", "fixtures/rules", "--format", "json"]] {
        let mut child = Command::new(cargo_bin!("cardlint"))
            .args(arguments)
            .current_dir(common::root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{arguments:?}");
    }
}

/// Escapes, bidirectional controls, forged workflow commands, HTML and links of a card: in values, keys,
/// headings, file names.
#[test]
fn nothing_of_a_card_is_obeyed() {
    let card = "---\nlicense: \"\u{1b}[31mmit\u{1b}]8;;http://evil\u{7}x\"\n\"licence\\n::error::forged\": x\npipeline_tag: \"\u{202e}gpj\\n::set-output name=a::b\"\nlibrary_name: \"##[error]forged\"\nlanguage: \"<img src=x onerror=y>\"\ntags:\n- \"[click](http://evil)\"\n- \"[click](http://evil)\"\n::stop: \u{85}\u{9b}31m\n---\n# \u{1b}[2J<script>x</script>\n";
    invariants::audit(card.as_bytes());
    let folder = folder();
    let at = folder.path();
    let name = "a%0A::error::x,file=y [z](http://evil)\u{202e}\u{1b}[31m/README.md";
    write(at, name, card);
    for format in ["table", "text", "json", "ndjson", "sarif", "github", "markdown"] {
        let output = cardlint(at, &["audit", "--format", format, "--profile", "strict", "--verbose"]);
        for text in [stdout(&output), stderr(&output)] {
            let bad = text.chars().find(|c| cardlint::text::safe::is_unsafe(*c) && *c != '\n');
            assert_eq!(bad, None, "{format}: {text}");
            assert!(!text.contains("##["), "{format}: {text}");
            for line in text.lines().filter(|line| line.trim_start().starts_with("::")) {
                assert!(line.contains(" title=cardlint"), "{format} forges {line}");
                assert!(line.matches("::error").count() <= 1 || line.contains("%3A%3Aerror"), "{format}: {line}");
            }
            if format == "markdown" {
                assert!(
                    !text.contains("](http://evil") && !text.contains("<img") && !text.contains("<script"),
                    "{text}"
                );
            }
        }
    }
}
