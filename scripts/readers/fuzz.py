"""Mutated front matters for the differential test: fuzz.py OUTDIR SEED COUNT.

Seeds are the trap inputs and, where it lies beside the project, the front matters of the corpus;
each output carries one to three random mutations.
"""

import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRICKY = ["no", "yes", "1e3", "017", "2024-01-31", "~", "null", "[a, b]", "{a: b}", "'x'", '"x"', "a: b", "@x", "*x",
          "&x y", "!!str 1", "| ", ">-", "- a", "? a", "#c", "x #c", "12:30", ".5", "=", "<<", "what? this", "a, b", "x:", ":x",
          "{{ x }}", "[", "]", "}", "%x", "`x`", "1_000", "0o7", "-", "--", "..."]
INSERT = list("\t\n:#-?[]{},'\"&*!|>%@` ") + [": ", "- ", " #", "\n\n", "  ", "\n  ", "\u0085", "\u2028", "\x01", "é", "😀", "\\", "\r"]


def mutate(text, rng):
    lines = text.split("\n")
    kind = rng.randrange(10)
    at = rng.randrange(len(lines))
    if kind == 0:
        lines.insert(at, lines[at])
    elif kind == 1:
        del lines[at]
    elif kind == 2:
        lines[at] = " " * rng.randrange(1, 4) + lines[at]
    elif kind == 3:
        lines[at] = lines[at].removeprefix(" ")
    elif kind == 4 and ":" in lines[at]:
        lines[at] = lines[at].split(":")[0] + ": " + rng.choice(TRICKY)
    elif kind == 5 and lines[at].lstrip().startswith("-"):
        lines[at] = lines[at].split("-")[0] + "- " + rng.choice(TRICKY)
    elif kind == 6:
        other = rng.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    else:
        text = "\n".join(lines)
        place = rng.randrange(len(text) + 1)
        if kind == 7 and text:
            return text[:place] + text[place + 1:]
        return text[:place] + rng.choice(INSERT) + text[place:]
    return "\n".join(lines) or "a: b"


def seeds():
    files = sorted((ROOT / "fixtures/readers/cases").glob("*.md"))
    files += sorted((ROOT / "../shared/corpus/models").glob("*/*/*/README.md"))[::9]
    for file in files:
        text = file.read_bytes().decode("utf-8", "replace")
        parts = text.split("---\n", 2)
        if len(parts) == 3 and not parts[0] and 0 < len(parts[1]) < 1500:
            yield parts[1].rstrip("\n")


def main():
    out, rng = pathlib.Path(sys.argv[1]), random.Random(int(sys.argv[2]))
    out.mkdir(parents=True, exist_ok=True)
    pool = list(seeds())
    for number in range(int(sys.argv[3])):
        text = rng.choice(pool)
        for _ in range(rng.randrange(1, 4)):
            text = mutate(text, rng)
        (out / f"{number:05}.md").write_bytes(f"---\n{text}\n---\n\n# Model\n".encode())


main()
