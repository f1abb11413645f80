"""Audits model cards with the ``cardlint`` program and gives typed results.

    import cardlint

    report = cardlint.audit("path/to/repository")
    report.raise_for_findings()
"""

from cardlint._audit import (
    Card,
    CardlintError,
    Edit,
    Finding,
    Fix,
    Location,
    Note,
    Report,
    audit,
    find_program,
)

__all__ = [
    "Card",
    "CardlintError",
    "Edit",
    "Finding",
    "Fix",
    "Location",
    "Note",
    "Report",
    "audit",
    "find_program",
]
