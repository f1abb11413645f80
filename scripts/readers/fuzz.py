#!/usr/bin/env python3
"""Writes COUNT mutated front matters to OUTDIR/NNNNN.md: fuzz.py OUTDIR SEED COUNT.

The same SEED gives the same files as long as the case files and the corpus stay what they are.
"""

import json
import random
import re
import sys
from collections.abc import Callable, Sized
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "fixtures/readers/cases"
CORPUS = ROOT.parent / "shared/corpus"

# The expression of both readers (record.py takes it from huggingface_hub); here it only finds seeds.
BLOCK = re.compile(r"^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))")
# Long seeds cost PyYAML seconds and hide a mutation among lines that nobody reads.
LONGEST = 4_000

PIECES = [
    *"\t\n\r :#-,'\"[]{}&*!%@`|>?=~<\\+.0x_",
    "\n\n", "\r\n", "  ", ": ", " #", "- ", "? ", "''", "\\\"", "[]", "{}", "{{ x }}",
    "&a ", "*a", "*a ", "<<: ", "<<: *a\n", "!", "!!", "!!str ", "!!int ", "! ", "!x ", "%YAML 1.2\n", "@x", "|", "|\n", "|-", "|2", ">", ">+", "---", "--- ", "\n---\n", "...", "\n...\n", "\\x41", "\\q",
    "\0", "\x01", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\x9f", "\xa0", "\u2028", "\u2029", "\u200b", "\ufeff", "\ufffe", "é", "😀",
]  # fmt: skip

SCALARS = [
    "yes", "no", "on", "off", "y", "n", "true", "False", "null", "~", "", "None",
    "0", "-0", "017", "089", "0o17", "0x1F", "0b11", "1_000", "1__0", "_1", "+1", "1:30", "1:30:45.5", "-1:30", "190:20:30",
    "1.", ".5", "-.5", "1e3", "1.e+3", "1.0e+3", "12e03", "1_0.5", ".inf", "-.INF", "+.inf", ".nan", "1" * 40,
    "2024-01-01", "2024-1-1", "2024-13-45", "2024-01-01 10:20:30", "2024-01-01T1:02:03.5+02:00", "=", "<<", "-", "?", ":", "- a", "? a", ": a", "-a", "?a", ":a", "a: b", "a:b", "a #b", "a#b",
    "'it''s'", "'a", '"a', '"\\q"', '"\\ud83d\\ude00"', '"a\n  b"', "@a", "`a`", "%a", "&x", "&x a", "*x", "!a", "!!str", "!!int x", "!!binary aGk=", "!!python/tuple [a]", "!!set {a}", "! a",
    "[a, b]", "[a, , b]", "[a,]", "[a", "{a: b}", "{a}", "{a: 1, a: 2}", "{{ x }}", "{? a}", "[? a : b]", "[a: b]", "{a:b}", '{"a":b}',
    "|\n  a\n  b", "|-\n  a", ">+\n  a\n\n", "|2\n   a", "|\n", "a\n  b", "a\n\n  b", "a\n# c\n  b", "\ta", "a\t", "a\t# c",
]  # fmt: skip

Mutation = Callable[[random.Random, str], str]


def place(rng: random.Random, into: Sized) -> int:
    return rng.randrange(len(into) + 1)


def insert(rng: random.Random, text: str) -> str:
    at = place(rng, text)
    return text[:at] + rng.choice(PIECES) + text[at:]


def delete(rng: random.Random, text: str) -> str:
    at = place(rng, text)
    return text[:at] + text[at + 1 :]


def replace(rng: random.Random, text: str) -> str:
    at = place(rng, text)
    return text[:at] + rng.choice(PIECES) + text[at + 1 :]


def on_lines(change: Callable[[random.Random, list[str], int], None]) -> Mutation:
    def mutation(rng: random.Random, text: str) -> str:
        lines = text.split("\n")
        change(rng, lines, rng.randrange(len(lines)))
        return "\n".join(lines)

    return mutation


def duplicate_line(rng: random.Random, lines: list[str], at: int) -> None:
    lines.insert(place(rng, lines) if rng.random() < 0.5 else at, lines[at])


def delete_line(_: random.Random, lines: list[str], at: int) -> None:
    del lines[at]


def swap_lines(rng: random.Random, lines: list[str], at: int) -> None:
    other = rng.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def indent_line(rng: random.Random, lines: list[str], at: int) -> None:
    change = rng.choice([" ", "  ", "    ", "\t", " \t", None, None])
    lines[at] = lines[at].removeprefix(" ") if change is None else change + lines[at]


def tricky_scalar(rng: random.Random, lines: list[str], at: int) -> None:
    """Replaces a value, a list item or, one time in five, a key."""
    match = re.match(r"(\s*(?:- )*)([^:\n]*?)(\s*:(?:\s+|$))?([^\n]*)$", lines[at])
    scalar = rng.choice(SCALARS)
    if match is None or match[3] is None:
        lines[at] = (match[1] if match else "") + scalar
    elif rng.random() < 0.2:
        lines[at] = match[1] + scalar + match[3] + match[4]
    else:
        lines[at] = match[1] + match[2] + match[3].rstrip() + " " + scalar


MUTATIONS: list[Mutation] = [
    insert,
    insert,
    delete,
    replace,
    replace,
    *map(on_lines, [duplicate_line, delete_line, swap_lines, indent_line, tricky_scalar, tricky_scalar]),
]


def front_matters(paths: list[Path]) -> list[str]:
    seeds = []
    for path in paths:
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue
        match = BLOCK.search(text)
        if match and len(match[2]) <= LONGEST:
            seeds.append(match[2])
    return seeds


def main() -> None:
    out, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    groups = [front_matters(sorted(CASES.iterdir()))]
    if (CORPUS / "index.jsonl").exists():
        with open(CORPUS / "index.jsonl", encoding="utf-8") as index:
            groups.append(front_matters(sorted(CORPUS / json.loads(line)["file"] for line in index)))
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    for number in range(count):
        # By turns, for the corpus would drown the cases.
        text = rng.choice(groups[number % len(groups)])
        # One time in ten the fences are mutated with the rest.
        fenced = rng.random() < 0.1
        if fenced:
            text = f"---\n{text}\n---\n# M\n"
        for _ in range(rng.randint(1, 3)):
            text = rng.choice(MUTATIONS)(rng, text)
        if not fenced:
            text = f"---\n{text}\n---\n# M\n"
        (out / f"{number:05d}.md").write_bytes(text.encode())


if __name__ == "__main__":
    main()
