"""Reports, read by their real readers or judged by their published schemas."""

import json
import os
import re
import unittest
import xml.etree.ElementTree as ElementTree
from collections import Counter

from junitparser import JUnitXml
from sarif import loader

from .common import CACHE, ROOT, Case, installed, run

HOSTILE = "---\nlicense: \"]]>&<b> \\0 \u0001 \ufffe ::error::x\"\ntags: [a, a]\n---\n# \U0001f600 x\n"


def unescaped(text):
    for mark, character in [("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")]:
        text = text.replace(mark, character)
    return text


class Formats(Case):
    def setUp(self):
        super().setUp()
        self.write("hostile/README.md", HOSTILE)
        self.write("clean/README.md", (ROOT / "fixtures/repositories/clean-classifier/README.md").read_text())
        cards = [ROOT / "fixtures/repositories", self.folder / "hostile", self.folder / "clean"]
        corpus = ROOT.parent / "shared/corpus/models"
        if corpus.is_dir():
            cards.append(corpus)
        self.reports = {form: self.folder / form for form in ["json", "sarif", "junit", "gitlab", "rdjson"]}
        arguments = [f"--report={form}={path}" for form, path in self.reports.items()]
        run(installed() / "cardlint", "audit", "--no-config", "-o", self.folder / "table", *arguments, *cards, "absent", code=2)
        self.json = json.loads(self.reports["json"].read_text())
        self.findings = [finding for card in self.json["cards"] for finding in card["findings"]]
        self.assertGreater(len(self.findings), 15)

    def test_junit(self):
        read = JUnitXml.fromfile(str(self.reports["junit"]))
        read.update_statistics()
        clean = sum(not card["findings"] for card in self.json["cards"])
        # Servers take any failure for a broken build: only errors are failures.
        errors = sum(finding["severity"] == "error" for finding in self.findings)
        self.assertEqual((read.failures, read.errors, read.skipped), (errors, 1, len(self.findings) - errors))
        self.assertEqual(read.tests, len(self.findings) + clean + 1)
        # What the suites say of themselves is what they hold.
        for suite in ElementTree.parse(self.reports["junit"]).getroot():
            self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
            self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
            self.assertEqual(int(suite.get("skipped")), len(suite.findall("testcase/skipped")))

    def test_rdjson(self):
        run("check-jsonschema", "--schemafile", ROOT / "tests/vendor/rdjson.json", self.reports["rdjson"])
        diagnostics = json.loads(self.reports["rdjson"].read_text())["diagnostics"]
        self.assertEqual(len(diagnostics), len(self.findings))
        words = {"ERROR": "error", "WARNING": "warning", "INFO": "note"}
        for diagnostic, finding in zip(diagnostics, self.findings):
            self.assertEqual((diagnostic["code"]["value"], words[diagnostic["severity"]]), (finding["rule"], finding["severity"]))
            # Columns count bytes: they lead to the same place as the offset.
            path, place = finding["location"]["path"], diagnostic["location"]["range"]["start"]
            text = (ROOT / path if not path.startswith("/") else self.folder / path).read_bytes()
            if b"\r" not in text:
                start = sum(len(line) + 1 for line in text.split(b"\n")[: place["line"] - 1])
                self.assertEqual(start + place["column"] - 1, finding["location"]["byte_start"], diagnostic)

    def test_gitlab(self):
        """Fields and words of docs.gitlab.com, "Code Quality report format": there is no published schema."""
        entries = json.loads(self.reports["gitlab"].read_text())
        self.assertFalse(self.reports["gitlab"].read_bytes().startswith(b"\xef\xbb\xbf"))
        self.assertEqual(len(entries), len(self.findings))
        for entry in entries:
            self.assertEqual(set(entry), {"description", "check_name", "fingerprint", "severity", "location"})
            self.assertIn(entry["severity"], {"info", "minor", "major", "critical", "blocker"})
            self.assertFalse(entry["location"]["path"].startswith("./"))
            self.assertGreaterEqual(entry["location"]["lines"]["begin"], 1)
        [(_, most)] = Counter(entry["fingerprint"] for entry in entries).most_common(1)
        self.assertEqual(most, 1, "fingerprints are unique")

    def test_annotations_are_escaped_as_the_toolkit_does(self):
        """Our workflow commands against those of @actions/core for the same title, place and message."""
        lines = run(
            installed() / "cardlint", "audit", "--no-config", "--format", "github", "--fail-on", "never",
            self.folder / "hostile", ROOT / "fixtures/repositories/helpdesk-8b",
        ).splitlines()
        self.assertGreater(len(lines), 10)
        names = {"title": "title", "file": "file", "line": "startLine", "endLine": "endLine", "col": "startColumn", "endColumn": "endColumn"}
        asked = []
        for line in lines:
            command, properties, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()
            place = dict(pair.split("=", 1) for pair in properties.split(","))
            given = {names[name]: unescaped(value) for name, value in place.items()}
            asked.append([command, unescaped(message), given])
        script = self.write(
            "oracle.mjs",
            f"""import * as core from {json.dumps((CACHE / "node_modules/@actions/core/lib/core.js").as_uri())};
            for (const [command, message, place] of {json.dumps(asked)}) core[command](message, place);
            """,
        )
        self.assertEqual(run("node", script, env={**os.environ, "GITHUB_ACTIONS": "true"}).splitlines(), lines)

    def test_sarif_tools(self):
        read = loader.load_sarif_file(str(self.reports["sarif"]))
        counts = read.get_report().get_issue_count_for_severity
        told = Counter(finding["severity"] for finding in self.findings)
        self.assertEqual([counts(severity) for severity in ["error", "warning", "note"]], [told[severity] for severity in ["error", "warning", "note"]])
        said = run("sarif", "summary", self.reports["sarif"])
        self.assertIn(f"error: {told['error']}", said)


if __name__ == "__main__":
    unittest.main()
