"""The Hub and its cache: the real client fills a cache from the tests' own Hub, and cardlint reads both. Without
`--online` no system call on the network is made."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from .common import CACHE, EXE, GOOD, ROOT, installed, run


def clean():
    """The environment without settings of the Hub."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}


class Online(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run("cargo", "build", "--quiet", "--example", "fake_hub", cwd=ROOT)
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        cls.server = subprocess.Popen(
            [target / "debug/examples" / f"fake_hub{EXE}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        cls.endpoint = cls.server.stdout.readline().strip()

    @classmethod
    def tearDownClass(cls):
        cls.server.stdin.close()
        cls.server.stdout.close()
        cls.server.wait()

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.env = clean() | {"HF_HOME": str(self.folder / "home"), "HF_ENDPOINT": self.endpoint}
        self.program = installed() / f"cardlint{EXE}"

    def audit(self, *arguments, code=(0, 1)):
        done = subprocess.run(
            [self.program, "audit", "--format", "json", *arguments],
            cwd=self.folder, env=self.env, capture_output=True, encoding="utf-8", check=False,
        )
        self.assertIn(done.returncode, code, done.stderr)
        return json.loads(done.stdout)

    def test_the_cache_of_the_real_client(self):
        code = (
            "from huggingface_hub import hf_hub_download, snapshot_download\n"
            "snapshot_download('acme/tickets', allow_patterns=['README.md', 'config.json'])\n"
            "hf_hub_download('acme/data', 'README.md', repo_type='dataset')\n"
            "hf_hub_download('acme/gated', 'README.md')\n"
        )
        run(CACHE / "tools/bin/python", "-c", code, env=self.env)
        found = self.audit("hf-cache:")
        paths = [card["path"] for card in found["cards"]]
        self.assertEqual(paths, ["datasets/acme/data/README.md", "acme/gated/README.md", "acme/tickets/README.md"])
        rules = {finding["rule"] for finding in found["cards"][2]["findings"]}
        # Files that were not loaded are not missing.
        self.assertIn("remote-code-unmentioned", rules)
        self.assertFalse(rules & {"link-broken", "weights-incomplete", "pickle-weights"})
        one = self.audit("hf-cache:acme/tickets@main")
        self.assertEqual({finding["rule"] for finding in one["cards"][0]["findings"]}, rules)
        # Online it is the same card, with all of its files.
        online = self.audit("--online", "hf:acme/tickets")
        more = {finding["rule"] for finding in online["cards"][0]["findings"]}
        self.assertLessEqual(rules, more)
        self.assertIn("parameters-differ", more)

    def test_no_network_without_the_flag(self):
        strace = shutil.which("strace")
        if strace is None:
            self.skipTest("there is no strace")
        (self.folder / "README.md").write_text(GOOD.replace("language: en", "language: en\nbase_model: basics/base"))

        def calls(*arguments):
            log = self.folder / "calls"
            done = subprocess.run(
                [strace, "-f", "-qq", "-e", "trace=%network", "-o", log, self.program, *arguments],
                cwd=self.folder, env=self.env, capture_output=True, encoding="utf-8", check=False,
            )
            self.assertIn(done.returncode, (0, 1, 2), done.stderr)
            return [line for line in log.read_text().splitlines() if "socket(" in line or "connect(" in line]

        for arguments in [["audit", "."], ["audit", ".", "--profile", "strict"], ["audit", "hf:acme/tickets"], ["coverage", "."],
                          ["license", "report", "."], ["audit", "hf-cache:"]]:
            self.assertEqual(calls(*arguments), [], arguments)
        # It would be seen.
        self.assertNotEqual(calls("audit", "--online", "."), [])


if __name__ == "__main__":
    unittest.main()
