"""The hooks, by the real pre-commit and the real prek, against repositories made here."""

import os
import re
import shutil
import time
import unittest

import yaml

from .common import BAD, GOOD, PROJECT, ROOT, WHEELS, WRONG, CACHE, Case, run

EVAL = "- dataset:\n    id: acme/faq\n    task_id: faq\n  value: 0.74\n  date: 2026-03-14\n"


def hooks(path):
    return {hook["id"]: hook for hook in yaml.safe_load(path.read_text(encoding="utf-8"))}


class Manifest(unittest.TestCase):
    def test_manifests_are_valid(self):
        for path in [ROOT / ".pre-commit-hooks.yaml", ROOT / "mirrors/pre-commit/.pre-commit-hooks.yaml"]:
            run("pre-commit", "validate-manifest", path)
            run("prek", "validate-manifest", path)

    def test_mirror_and_source_agree(self):
        ours, mirror = hooks(ROOT / ".pre-commit-hooks.yaml"), hooks(ROOT / "mirrors/pre-commit/.pre-commit-hooks.yaml")
        self.assertEqual(set(mirror), {"cardlint", "cardlint-fix", "cardlint-license"})
        for name, hook in mirror.items():
            self.assertEqual(ours[name], hook)
            built = ours[f"{name}-rust"]
            self.assertEqual(built["language"], "rust")
            for key in ["entry", "files", "types", "require_serial", "args"]:
                self.assertEqual(built[key], hook[key], key)
        version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
        project = (ROOT / "mirrors/pre-commit/pyproject.toml").read_text()
        self.assertIn(f'version = "{version}"', project)
        self.assertIn(f'"cardlint=={version}"', project)


class Clients(Case):
    """What an author sees who has installed the hooks."""

    def setUp(self):
        super().setUp()
        # The repository that users name, with the tag of the release.
        self.mirror = self.folder / "mirror"
        shutil.copytree(ROOT / "mirrors/pre-commit", self.mirror)
        for command in [["init", "-q"], ["add", "-A"], ["commit", "-qm", "Release"], ["tag", "v0.1.0"]]:
            self.git(*command, cwd=self.mirror)
        self.env = {
            **os.environ,
            # Where the wheel is, in place of PyPI.
            "PIP_FIND_LINKS": str(WHEELS),
            "UV_FIND_LINKS": str(WHEELS),
            "PRE_COMMIT_HOME": str(CACHE / "pre-commit-home"),
            "PREK_HOME": str(CACHE / "prek-home"),
            "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.org",
            "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@example.org",
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
        }
        for name in ["SKIP", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"]:
            self.env.pop(name, None)
        self.repo = self.folder / "repo"
        self.repo.mkdir()
        self.git("init", "-q", cwd=self.repo)

    def configure(self, *names, more=""):
        # The lines of the README, with the address of the mirror.
        lines = (ROOT / "README.md").read_text(encoding="utf-8").split("```yaml\nrepos:")[1].split("```")[0]
        self.assertIn("repo: https://github.com/cardlint/cardlint-pre-commit", lines)
        chosen = "".join(f"      - id: {name}\n{more}" for name in names)
        head = lines[: lines.index("      - id:")].replace("https://github.com/cardlint/cardlint-pre-commit", self.mirror.as_uri())
        self.write("repo/.pre-commit-config.yaml", f"repos:{head}{chosen}")

    def commit(self, code):
        self.git("add", "-A", cwd=self.repo)
        return self.git("commit", "-m", "Change", cwd=self.repo, code=code, env=self.env)

    def all_files(self, client, code):
        self.git("add", "-A", cwd=self.repo)
        return run(client, "run", "--all-files", "--verbose", cwd=self.repo, env=self.env, code=code)

    def test_commits_are_blocked_mended_and_let_through(self):
        for client in ["pre-commit", "prek"]:
            with self.subTest(client):
                shutil.rmtree(self.repo)
                self.repo.mkdir()
                self.git("init", "-q", cwd=self.repo)
                self.configure("cardlint-fix", "cardlint")
                run(client, "install", cwd=self.repo, env=self.env)
                self.write("repo/project/README.md", PROJECT)
                self.write("repo/model/README.md", WRONG)
                said = self.commit(1)
                self.assertIn("language-invalid", said)
                self.assertNotIn("project/README.md", said)
                # The fix hook mends, and fails because it changed a file, as hooks do.
                self.write("repo/model/README.md", BAD)
                said = self.commit(1)
                self.assertIn("files were modified by this hook", said)
                self.assertEqual((self.repo / "model/README.md").read_text(), GOOD)
                self.commit(0)
                # Renamed and deleted cards, and results beside a card.
                self.git("mv", "model", "renamed", cwd=self.repo)
                self.commit(0)
                self.write("repo/renamed/.eval_results/faq.yaml", EVAL)
                said = self.commit(1)
                self.assertIn("eval-results-structure", said)
                shutil.rmtree(self.repo / "renamed")
                self.commit(0)

    def test_many_files_at_once(self):
        self.configure("cardlint")
        for number in range(2000):
            # Long names, so that the client calls the hook more than once.
            self.write(f"repo/{'m' * 60}{number}/README.md", GOOD)
        self.write("repo/bad/README.md", WRONG)
        times = []
        for client in ["pre-commit", "prek"]:
            said = self.all_files(client, 1)
            self.assertEqual(said.count("language-invalid"), 1, said[-2000:])
            self.assertNotIn("internal error", said)
            self.write("repo/cardlint.toml", '[files]\nexclude = ["bad/**"]\n')
            start = time.monotonic()
            self.all_files(client, 0)
            times.append(f"{client} {time.monotonic() - start:.2f} s for 2,000 cards")
            (self.repo / "cardlint.toml").unlink()
        print("; ".join(times))

    def test_files_beside_a_card(self):
        self.configure("cardlint", more="        args: [--fail-on, warning]\n")
        run("pre-commit", "install", cwd=self.repo, env=self.env)
        self.write("repo/model/README.md", GOOD)
        self.write("repo/web/README.md", PROJECT)
        self.write("repo/web/config.json", '{"port": 80}')
        self.commit(0)
        self.write("repo/model/config.json", '{"auto_map": {"AutoModel": "modeling.Model"}}')
        self.assertIn("remote-code-unmentioned", self.commit(1))

    def test_arguments_and_licence_hook(self):
        self.configure("cardlint-license", more="        args: [--fail-on, warning]\n")
        card = GOOD.replace("license: mit", "license: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B")
        self.write("repo/model/README.md", card)
        self.write("repo/model/LICENSE", "All rights reserved.\n")
        for client in ["pre-commit", "prek"]:
            said = self.all_files(client, 1)
            self.assertIn("license-", said)
            self.assertNotIn("language", said)


@unittest.skipUnless(os.environ.get("CARDLINT_SLOW"), "builds everything again: only with CARDLINT_SLOW")
class FromSource(Case):
    """The hooks of this repository, which build it."""

    def test_rust_hook(self):
        self.write("README.md", WRONG)
        self.git("init", "-q")
        self.git("add", "-A")
        source = self.folder / "source"
        run("git", "clone", "-q", "--depth=1", ROOT.as_uri(), source)
        # What is tested is the work tree, not the last commit.
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", source)
        self.git("add", "-A", cwd=source)
        self.git("commit", "-qm", "Hooks", "--allow-empty", cwd=source)
        env = {**os.environ, "PREK_HOME": str(CACHE / "prek-home"), "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0"}
        said = run("prek", "try-repo", source, "cardlint-rust", "--all-files", cwd=self.folder, env=env, code=1)
        self.assertIn("language-invalid", said)


if __name__ == "__main__":
    unittest.main()
