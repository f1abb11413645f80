"""The wheel: the program without Rust, `python -m cardlint`, and the Python interface with huggingface_hub's cards."""

import os
import subprocess
import sys
import unittest
import zipfile
from datetime import datetime, timezone
from unittest import mock

from .common import BAD, EXE, GOOD, ROOT, WHEELS, WRONG, Case, installed, run, wheel

VERSION = next(
    line.split('"')[1] for line in (ROOT / "Cargo.toml").read_text().splitlines() if line.startswith("version = ")
)


class Program(Case):
    def test_runs_without_rust(self):
        folder = installed()
        bare = {"PATH": str(folder), "SystemRoot": os.environ.get("SystemRoot", "")}
        self.assertEqual(run(folder / f"cardlint{EXE}", "--version", env=bare), f"cardlint {VERSION}\n")
        self.assertEqual(run(folder / "python", "-m", "cardlint", "--version", env=bare), f"cardlint {VERSION}\n")
        self.write("README.md", BAD)
        said = run(folder / "python", "-m", "cardlint", "audit", cwd=self.folder, env=bare, code=1)
        self.assertIn("license-unknown", said)
        run(folder / "python", "-m", "cardlint", "audit", "nowhere", cwd=self.folder, env=bare, code=2)

    def test_pip_builds_it_from_source(self):
        run(sys.executable, "-m", "venv", self.folder / "venv")
        python = self.folder / "venv" / ("Scripts" if EXE else "bin") / "python"
        # Where the tests share a build, pip's is that one too.
        profile = os.environ.get("CARDLINT_WHEEL_PROFILE")
        env = {**os.environ, **({"MATURIN_PEP517_ARGS": f"--profile {profile}"} if profile else {})}
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ROOT, env=env)
        self.assertEqual(run(python, "-m", "cardlint", "--version"), f"cardlint {VERSION}\n")

    def test_uv_runs_it(self):
        said = run(
            "uvx", "--offline", "--quiet", "--no-managed-python", "--python", sys.executable,
            "--from", wheel(), "cardlint", "--version",
        )
        self.assertEqual(said, f"cardlint {VERSION}\n")

    def test_wheel_holds_licences_and_bill_of_materials(self):
        names = zipfile.ZipFile(wheel()).namelist()
        for end in ["/LICENSE-MIT", "/LICENSE-APACHE", "/sboms/cardlint.cyclonedx.json", "cardlint/py.typed"]:
            self.assertTrue(any(name.endswith(end) for name in names), f"{end} is missing from {names}")


class Extension(Case):
    """`hf cardlint …`, installed and started by the real client; only the download is replaced."""

    def test_hf_runs_it(self):
        from huggingface_hub.cli import extensions

        folder = ROOT / "mirrors/hf-cardlint"
        project = (folder / "pyproject.toml").read_text()
        self.assertIn(f'version = "{VERSION}"', project)
        self.assertIn(f'"cardlint=={VERSION}"', project)
        home = {"HOME": str(self.folder), "PIP_FIND_LINKS": str(WHEELS), "UV_FIND_LINKS": str(WHEELS)}
        real = subprocess.run

        def local(command, *arguments, **options):
            return real([str(folder) if str(part).startswith("https://github.com/") else part for part in command], *arguments, **options)

        with mock.patch.dict(os.environ, home), mock.patch.object(extensions.subprocess, "run", local):
            place = extensions._get_extension_dir("cardlint")
            self.assertTrue(str(place).startswith(str(self.folder)), place)
            program = extensions._install_python_extension(
                extension_dir=place, owner="cardlint", repo_name="hf-cardlint", short_name="cardlint"
            )
        extensions.ExtensionManifest(
            owner="cardlint", repo="hf-cardlint", repo_id="cardlint/hf-cardlint", short_name="cardlint",
            executable_path=str(program), type="python", installed_at=datetime.now(timezone.utc),
        ).save(place)
        env = {**os.environ, **home, "HF_HUB_OFFLINE": "1"}
        self.assertIn("cardlint", run("hf", "extensions", "list", env=env))
        self.write("README.md", BAD)
        self.assertIn("license-unknown", run("hf", "cardlint", "audit", cwd=self.folder, env=env, code=1))
        self.write("README.md", GOOD)
        run("hf", "cardlint", "audit", cwd=self.folder, env=env)


class Archive(Case):
    """What a release offers for download, made from the wheel."""

    def test_archive_holds_the_program_and_its_pages(self):
        program = installed() / f"cardlint{EXE}"
        run("bash", ROOT / "scripts/release/extras.sh", program, self.folder / "extras")
        made = []
        for folder in ["one", "two"]:
            out = self.folder / folder
            run("bash", ROOT / "scripts/release/archive.sh", wheel(), "x86_64-unknown-linux-gnu", self.folder / "extras", out)
            made.append((out / "cardlint-x86_64-unknown-linux-gnu.tar.gz").read_bytes())
        self.assertEqual(made[0], made[1], "the same input gives the same bytes")
        run("sha256sum", "--check", "cardlint-x86_64-unknown-linux-gnu.tar.gz.sha256", cwd=out)
        run("tar", "-xzf", "cardlint-x86_64-unknown-linux-gnu.tar.gz", cwd=out)
        # Where cargo-binstall looks for it, by the metadata of Cargo.toml.
        unpacked = out / "cardlint-x86_64-unknown-linux-gnu"
        self.assertEqual(run(unpacked / "cardlint", "--version"), f"cardlint {VERSION}\n")
        for name in ["completions/cardlint.bash", "completions/_cardlint", "man/cardlint.1", "cardlint.cyclonedx.json", "LICENSE-MIT"]:
            self.assertGreater((unpacked / name).stat().st_size, 500, name)
        run("bash", "-n", unpacked / "completions/cardlint.bash")
        self.assertIn(".TH cardlint 1", (unpacked / "man/cardlint.1").read_text())


class Interface(Case):
    """`import cardlint` as a user of huggingface_hub does."""

    @classmethod
    def setUpClass(cls):
        sys.path.insert(0, str(ROOT / "python"))
        os.environ["CARDLINT"] = str(installed() / f"cardlint{EXE}")
        global cardlint
        import cardlint

    @classmethod
    def tearDownClass(cls):
        del os.environ["CARDLINT"]

    def test_text_path_and_folder(self):
        self.assertTrue(cardlint.audit(GOOD).ok)
        report = cardlint.audit(BAD)
        [finding] = report.at_least("error")
        self.assertEqual((finding.rule, finding.severity, finding.location.line), ("license-unknown", "error", 2))
        start, end = finding.location.byte_start, finding.location.byte_end
        self.assertEqual(BAD.encode()[start:end], b"MIT")
        self.assertEqual(finding.fix.edits[0].replacement, "mit")
        self.assertTrue(str(finding).startswith("README.md:2:10: error[license-unknown]: "))
        self.write("a/README.md", BAD)
        self.write("b/README.md", GOOD)
        report = cardlint.audit(self.folder)
        self.assertEqual(([len(card.findings) for card in report.cards], report.failed), ([1, 0], True))
        self.assertTrue(cardlint.audit([self.folder / "b"]).ok)
        self.assertTrue(cardlint.audit(self.folder, ignore=["license-unknown"]).ok)
        self.assertEqual(cardlint.audit(BAD, profile="strict", select=["license-unknown"]).profile, "strict")

    def test_errors(self):
        with self.assertRaisesRegex(cardlint.CardlintError, "invalid value"):
            cardlint.audit(GOOD, profile="nothing")
        with self.assertRaisesRegex(cardlint.CardlintError, "license-unknown"):
            cardlint.audit(BAD).raise_for_findings()
        report = cardlint.audit(self.folder / "none.md")
        self.assertEqual([reason for _, reason in report.errors], ["no such file or folder"])
        self.assertFalse(report.ok)
        with self.assertRaises(cardlint.CardlintError):
            report.raise_for_findings()
        with self.assertRaises(TypeError):
            cardlint.audit(3)

    def test_whatever_is_given(self):
        for text in ["---\nlicense: mit\n---\n\udcff\n", "a\rb", "\n"]:
            cardlint.audit(text)
        for path in ["nul\0.md", "", ["README.md"] * 300000]:
            with self.assertRaises(cardlint.CardlintError):
                cardlint.audit(path)
        for wrong in [b"README.md", [], [GOOD, 3]]:
            with self.assertRaises(TypeError):
                cardlint.audit(wrong)
        # A word is a list of one, and `-` is a file.
        self.assertEqual(cardlint.audit(WRONG, select="license-unknown").findings, ())
        self.assertTrue(cardlint.audit(GOOD, arguments="--no-config").ok)
        self.assertEqual(cardlint.audit("-").errors[0][1], "no such file or folder")
        with self.assertRaises(ValueError):
            cardlint.audit(GOOD).at_least("grave")

    def test_the_gate_does_not_pass_on_nothing(self):
        report = cardlint.audit(self.folder)
        self.assertFalse(report.ok)
        with self.assertRaisesRegex(cardlint.CardlintError, "no model or dataset card found"):
            report.raise_for_findings()
        # The configured severity decides.
        cardlint.audit(WRONG, arguments=["--fail-on", "never"]).raise_for_findings()
        note = GOOD.replace("library_name: transformers\n", "")
        cardlint.audit(note).raise_for_findings()
        with self.assertRaisesRegex(cardlint.CardlintError, "library-missing"):
            cardlint.audit(note, arguments=["--fail-on", "note"]).raise_for_findings()

    def test_silenced_findings_fail_nothing(self):
        report = cardlint.audit(BAD.replace("MIT", "MIT # cardlint: ignore[license-unknown] a test"))
        self.assertTrue(report.ok and report.findings == ())
        self.assertTrue(report.cards[0].findings[0].suppressed)

    def test_gate_of_the_readme(self):
        """The lines of the README, with a client that pushes nowhere."""
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        block = readme.split("```python\n")[1].split("```")[0]
        self.assertIn("cardlint.audit(card).raise_for_findings()", block)
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.folder)
        with mock.patch("huggingface_hub.ModelCard.push_to_hub") as push:
            self.write("README.md", WRONG)
            with self.assertRaisesRegex(cardlint.CardlintError, "language-invalid"):
                exec(block, {})
            push.assert_not_called()
            self.write("README.md", GOOD)
            exec(block, {})
            push.assert_called_once()

    def test_types(self):
        run("mypy", "--strict", "--python-version", "3.10", "-p", "cardlint", cwd=ROOT / "python")


if __name__ == "__main__":
    unittest.main()
