"""What the integration tests share. They are run by tests/integrations/run, which makes the clients and the wheel."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ["CARDLINT_INTEGRATIONS"])
WHEELS = CACHE / "wheels"
EXE = ".exe" if sys.platform == "win32" else ""

GOOD = """---
license: mit
library_name: transformers
pipeline_tag: text-classification
language: en
---
# Ticket Sentiment

A classifier of support tickets.
"""
BAD = GOOD.replace("license: mit", "license: MIT")
WRONG = GOOD.replace("language: en", "language: our-own")
PROJECT = "# A project\n\nThis is no card.\n"


def run(*arguments, cwd=None, env=None, code=0, text=None, errors=True):
    """Runs a program; gives standard output, and standard error too unless `errors` is false. `code` is what it
    must end with."""
    done = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=cwd,
        env=env,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if errors else None,
        encoding="utf-8",
        check=False,
    )
    if code is not None and done.returncode != code:
        raise AssertionError(f"{arguments} ended with {done.returncode}, not {code}:\n{done.stdout}")
    return done.stdout


def wheel():
    """The wheel under test."""
    return next(WHEELS.glob("cardlint-*.whl"))


def installed():
    """A clean virtual environment with the wheel and nothing else, and no Rust on PATH; gives its bin folder."""
    venv = CACHE / "clean"
    folder = venv / ("Scripts" if EXE else "bin")
    mark = venv / "wheel"
    stamp = f"{wheel().name} {wheel().stat().st_mtime_ns}"
    if not mark.is_file() or mark.read_text() != stamp:
        run(sys.executable, "-m", "venv", "--clear", venv)
        run(folder / "python", "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel())
        mark.write_text(stamp)
    return folder


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def git(self, *arguments, cwd=None, code=0, env=None):
        return run(
            "git", "-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main",
            "-c", "protocol.file.allow=always", *arguments, cwd=cwd or self.folder, code=code, env=env,
        )
