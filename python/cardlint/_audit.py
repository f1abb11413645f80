"""Calls the program and reads its JSON (schemas/report.schema.json of cardlint)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Protocol, Sequence, Tuple, Union

#: The version of the JSON report that this module reads.
SCHEMA_VERSION = "1"

#: Severities, the least grave first.
SEVERITIES = ("note", "warning", "error")


class CardlintError(Exception):
    """The audit could not be done, or, from :meth:`Report.raise_for_findings`, it found something.

    ``report`` is the report if there is one.
    """

    def __init__(self, message: str, report: Optional[Report] = None) -> None:
        super().__init__(message)
        self.report = report


class _HasContent(Protocol):
    """What ``huggingface_hub.ModelCard`` and its kin have: the whole text of the card."""

    @property
    def content(self) -> str: ...


@dataclass(frozen=True)
class Location:
    """A place in a file. Lines and columns (code points) are counted from 1, bytes from 0; ends are exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    byte_start: int
    byte_end: int


@dataclass(frozen=True)
class Note:
    """Another place that a finding refers to."""

    location: Location
    message: str


@dataclass(frozen=True)
class Edit:
    """Replaces the bytes of a place."""

    location: Location
    replacement: str


@dataclass(frozen=True)
class Fix:
    """A repair, to be applied as a whole. ``safety`` is ``safe``, or ``unsafe`` when a person should look at it."""

    title: str
    safety: str
    edits: Tuple[Edit, ...]


@dataclass(frozen=True)
class Finding:
    """One defect or gap."""

    rule: str
    severity: str
    confidence: str
    message: str
    help: Optional[str]
    url: str
    location: Location
    related: Tuple[Note, ...]
    readers: Tuple[str, ...]
    frameworks: Tuple[str, ...]
    fix: Optional[Fix]
    fingerprint: str
    #: Silenced by a comment or a baseline; such findings fail nothing.
    suppressed: bool

    def __str__(self) -> str:
        at = self.location
        return f"{at.path}:{at.line}:{at.column}: {self.severity}[{self.rule}]: {self.message}"


@dataclass(frozen=True)
class Card:
    """An audited card. ``raw`` is its entry of the JSON report, which says more (licence, lineage, disclosures)."""

    path: str
    kind: str
    title: Optional[str]
    findings: Tuple[Finding, ...]
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    """What an audit found."""

    profile: str
    cards: Tuple[Card, ...]
    #: Files that could not be read: path and reason.
    errors: Tuple[Tuple[str, str], ...]
    #: What the exit code of the program says: the configured severity is reached, or the job could not be done.
    failed: bool
    raw: Mapping[str, Any]
    #: What the program said on standard error, such as "no card found".
    said: str = ""

    @property
    def findings(self) -> Tuple[Finding, ...]:
        """The findings of all cards that nothing silences."""
        return tuple(finding for card in self.cards for finding in card.findings if not finding.suppressed)

    @property
    def ok(self) -> bool:
        """Every file was read, and nothing reaches the severity that fails."""
        return not self.failed and not self.errors

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def at_least(self, severity: str) -> Tuple[Finding, ...]:
        """The findings at or above ``note``, ``warning`` or ``error``."""
        if severity not in SEVERITIES:
            raise ValueError(f"{severity!r} is none of {', '.join(SEVERITIES)}")
        least = SEVERITIES.index(severity)
        return tuple(finding for finding in self.findings if SEVERITIES.index(finding.severity) >= least)

    def raise_for_findings(self, severity: Optional[str] = None) -> None:
        """Raises :class:`CardlintError` if the audit failed: findings at the configured severity (``fail-on``), files
        that cannot be read, no card at all. With ``severity``, for findings at or above that one instead.
        """
        faults = [f"{path}: {reason}" for path, reason in self.errors]
        if severity is not None:
            faults += [str(finding) for finding in self.at_least(severity)]
        elif self.failed:
            faults += [str(finding) for finding in self.findings]
        if not self.cards and not faults and self.failed:
            faults.append(self.said or "no card found")
        if faults:
            raise CardlintError("\n".join(faults), self)


def find_program() -> str:
    """The ``cardlint`` program: ``CARDLINT`` of the environment, the one installed with this package, or the one on PATH."""
    named = os.environ.get("CARDLINT")
    if named:
        return named
    name = "cardlint" + (sysconfig.get_config_var("EXE") or "")
    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    user = f"{os.name}_user"
    if user in sysconfig.get_scheme_names():
        folders.append(sysconfig.get_path("scripts", scheme=user))
    # `pip install --target`: beside the package.
    folders.append(str(Path(__file__).resolve().parent.parent / "bin"))
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    found = shutil.which(name)
    if found:
        return found
    raise CardlintError("the program cardlint is not installed: `pip install cardlint`")


def audit(
    card: Union[str, os.PathLike[str], _HasContent, Sequence[Union[str, os.PathLike[str]]]],
    *,
    profile: Optional[str] = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    kind: Optional[str] = None,
    config: Union[str, os.PathLike[str], bool, None] = None,
    arguments: Sequence[str] = (),
) -> Report:
    """Audits a card, a repository, or a folder of them.

    ``card`` is a path or several; the text of a card (any string with a line end in it); or an object with a
    ``content``, such as ``huggingface_hub.ModelCard``. ``profile``, ``select``, ``ignore`` and ``kind`` are the
    options of ``cardlint audit``; ``config`` names a configuration, and ``False`` means none; ``arguments`` are
    further ones. Raises :class:`CardlintError` when the audit cannot be done. Makes no network request.
    """
    command = [find_program(), "audit", "--format", "json", "--quiet"]
    if profile is not None:
        command.append(f"--profile={profile}")
    command += [f"--select={word}" for word in _words(select)]
    command += [f"--ignore={word}" for word in _words(ignore)]
    if kind is not None:
        command.append(f"--kind={kind}")
    if config is False:
        command.append("--no-config")
    elif config is not None and config is not True:
        command.append(f"--config={os.fspath(config)}")
    command += _words(arguments)
    text, paths = _input(card)
    command += ["--", *paths]
    try:
        # Never our own standard input.
        done = subprocess.run(command, input=text or b"", capture_output=True, check=False)
    except (OSError, ValueError) as error:
        raise CardlintError(f"cardlint cannot be run: {error}") from error
    said = done.stderr.decode("utf-8", "replace").strip()
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise CardlintError(said or f"cardlint ended with code {done.returncode}") from None
    if report.get("schema_version") != SCHEMA_VERSION:
        raise CardlintError(f"the program writes version {report.get('schema_version')} of its report")
    return _report(report, done.returncode, said)


def _input(
    card: Union[str, os.PathLike[str], _HasContent, Sequence[Union[str, os.PathLike[str]]]],
) -> Tuple[Optional[bytes], Sequence[str]]:
    """Standard input and paths."""
    if isinstance(card, str):
        return (_bytes(card), ["-"]) if "\n" in card or "\r" in card else (None, [_path(card)])
    if isinstance(card, os.PathLike):
        return None, [_path(card)]
    content = getattr(card, "content", None)
    if isinstance(content, str):
        return _bytes(content), ["-"]
    if isinstance(card, Sequence) and card and not isinstance(card, (bytes, bytearray)):
        return None, [_path(path) for path in card]
    raise TypeError("a card is given as a path, its text, or an object with a `content`")


def _path(path: Union[str, os.PathLike[str]]) -> str:
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError("a card is given as a path, its text, or an object with a `content`")
    text = os.fspath(path)
    if not text:
        raise CardlintError("the path is empty")
    # The program takes `-` for standard input.
    return f".{os.sep}-" if text == "-" else text


def _bytes(text: str) -> bytes:
    # Half of a surrogate pair is no text: it becomes a question mark.
    return text.encode("utf-8", "replace")


def _words(words: Sequence[str]) -> Sequence[str]:
    """One word is meant as a list of it, not as its letters."""
    return [words] if isinstance(words, str) else words


def _location(raw: Mapping[str, Any]) -> Location:
    return Location(**{name: raw[name] for name in Location.__dataclass_fields__})


def _fix(raw: Optional[Mapping[str, Any]]) -> Optional[Fix]:
    if raw is None:
        return None
    edits = tuple(Edit(_location(edit["location"]), edit["replacement"]) for edit in raw["edits"])
    return Fix(raw["title"], raw["safety"], edits)


def _finding(raw: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=raw["rule"],
        severity=raw["severity"],
        confidence=raw["confidence"],
        message=raw["message"],
        help=raw["help"],
        url=raw["url"],
        location=_location(raw["location"]),
        related=tuple(Note(_location(note["location"]), note["message"]) for note in raw["related"]),
        readers=tuple(raw["readers"]),
        frameworks=tuple(raw["frameworks"]),
        fix=_fix(raw["fix"]),
        fingerprint=raw["fingerprint"],
        suppressed=raw["suppressed"],
    )


def _report(raw: Mapping[str, Any], code: int, said: str) -> Report:
    cards = tuple(
        Card(
            path=card["path"],
            kind=card["kind"],
            title=card["title"],
            findings=tuple(_finding(finding) for finding in card["findings"]),
            raw=card,
        )
        for card in raw["cards"]
    )
    errors = tuple((error["path"], error["message"]) for error in raw["errors"])
    return Report(profile=raw["profile"], cards=cards, errors=errors, failed=code != 0, raw=raw, said=said)
