"""Records what the two real readers of card front matter make of files, one JSON line a file.

huggingface_hub is asked here, js-yaml by record.mjs, which is started once for all files. The
canonical form of a value is the one of `Value::canonical` in src/yaml/reading.rs.
"""

import argparse
import datetime
import json
import logging
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from huggingface_hub.repocard import REGEX_YAML_BLOCK, DatasetCard, ModelCard

LIMIT = 1_000_000  # bytes of a canonical string; longer ones come from alias bombs only


class Huge(Exception):
    """The canonical string would be longer than LIMIT."""


class Input(NamedTuple):
    path: Path
    name: str
    dataset: bool


@contextmanager
def relaxed_limits() -> Iterator[None]:
    """Lifts Python's limits while we write, for they would be taken for answers of the reader.

    The readers themselves always run under the default limits, as they do for their users.
    """
    depth, digits = sys.getrecursionlimit(), sys.get_int_max_str_digits()
    sys.setrecursionlimit(10_000)
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.setrecursionlimit(depth)
        sys.set_int_max_str_digits(digits)


def canonical(value: Any) -> str:
    left = LIMIT
    above: set[int] = set()

    def emit(text: str) -> str:
        nonlocal left
        left -= len(text.encode())
        if left < 0:
            raise Huge
        return text

    def scalar(value: Any) -> str | None:
        if value is None:
            return "n"
        if isinstance(value, bool):
            return "t" if value else "f"
        if isinstance(value, int):
            return f"i{value};"
        if isinstance(value, float):
            return "dnan;" if value != value else f"d{struct.pack('>d', value).hex()};"
        if isinstance(value, str):
            text = re.sub("[\ud800-\udfff]", "\ufffd", value)
            return f"s{len(text.encode())}:{text}"
        if isinstance(value, datetime.datetime):  # is a date too
            return f"T{value.isoformat()};"
        if isinstance(value, datetime.date):
            return f"D{value.isoformat()};"
        if isinstance(value, bytes):
            return f"b{len(value)}:{value.hex()}"
        return None

    def walk(value: Any) -> str:
        text = scalar(value)
        if text is not None:
            return emit(text)
        if id(value) in above:
            return emit("c")
        above.add(id(value))
        if isinstance(value, (list, tuple)):
            out = emit("[") + "".join([walk(item) for item in value]) + emit("]")
        elif isinstance(value, set):
            out = emit("S[") + "".join(sorted([walk(item) for item in value], key=str.encode)) + emit("]")
        elif isinstance(value, dict):
            pairs = sorted((walk(key).encode(), walk(item).encode()) for key, item in value.items())
            out = emit("{") + b"".join(key + item for key, item in pairs).decode() + emit("}")
        else:
            raise NotImplementedError(f"no canonical form for {type(value)}")
        above.remove(id(value))
        return out

    with relaxed_limits():
        return walk(value)


def read(file: Input) -> dict[str, Any]:
    out: dict[str, Any] = {"split": "none", "yaml": "ok", "error": None, "value": None, "card": "ok", "card_error": None}
    try:
        # As `RepoCard.load` opens a card: line ends stay, and one byte-order mark goes.
        text = file.path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        name = type(error).__name__
        return out | {"split": "undecodable", "yaml": "error", "error": name, "card": "error", "card_error": name}
    match = REGEX_YAML_BLOCK.search(text)
    if match:
        out["split"] = "block"
        try:
            value = yaml.safe_load(match.group(2))
        except Exception as error:  # every class is an answer: safe_load raises many that are not YAMLError
            out |= {"yaml": "error", "error": type(error).__name__}
        else:
            try:
                out["value"] = canonical(value)
            except Huge:
                out["huge"] = True
    try:
        (DatasetCard if file.dataset else ModelCard)(text)
    except Exception as error:  # likewise
        out |= {"card": "error", "card_error": type(error).__name__}
    return out


def ask_node(js_yaml: str, files: list[Input]) -> subprocess.Popen[str]:
    """Starts record.mjs; js-yaml turns a date that is a key into text in the local zone and language."""
    script = Path(__file__).with_name("record.mjs")
    node = subprocess.Popen(
        ["node", str(script), js_yaml, REGEX_YAML_BLOCK.pattern],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"TZ": "UTC", "LC_ALL": "C"},
    )
    assert node.stdin
    # It reads all of its input before it writes, so neither side can block the other.
    node.stdin.write(json.dumps([str(file.path) for file in files]))
    node.stdin.close()
    return node


def digest(text: str) -> str:
    """FNV-1a, 64 bits."""
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return f"{state:016x}"


def folder(root: Path) -> list[Input]:
    files = sorted((file for file in root.iterdir() if file.is_file()), key=lambda file: os.fsencode(file.name))
    return [Input(file, file.name, bool(re.match(r"(\d+-)?dataset-", file.name))) for file in files]


def corpus(root: Path) -> list[Input]:
    with open(root / "index.jsonl", encoding="utf-8") as index:
        entries = [json.loads(line) for line in index]
    return [Input(root / entry["file"], entry["file"], entry["kind"] == "dataset") for entry in entries]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("js_yaml", help="the ES module of js-yaml")
    arguments.add_argument("--dir", nargs=2, action="append", default=[], metavar=("DIR", "OUT"))
    arguments.add_argument("--corpus", nargs=2, action="append", default=[], metavar=("DIR", "OUT"))
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)

    jobs = [(folder(Path(root)), out, False) for root, out in options.dir]
    jobs += [(corpus(Path(root)), out, True) for root, out in options.corpus]
    files = [file for inputs, _, _ in jobs for file in inputs]
    with ask_node(options.js_yaml, files) as node:
        python = [read(file) for file in files]
        assert node.stdout
        javascript = [json.loads(line) for line in node.stdout]
    if node.returncode or len(javascript) != len(files):
        sys.exit("record.mjs failed")

    answers = iter(zip(python, javascript, strict=True))
    for inputs, out, digested in jobs:
        with open(out, "w", encoding="utf-8", newline="\n") as lines:
            for file, (ours, theirs) in zip(inputs, answers):
                for answer in (ours, theirs):
                    if digested:
                        value = answer.pop("value")
                        answer["digest"] = None if value is None else digest(value)
                # ASCII only: the inputs are full of control and bidirectional characters.
                lines.write(json.dumps({"file": file.name, "huggingface_hub": ours, "js_yaml": theirs}) + "\n")


if __name__ == "__main__":
    main()
