"""What huggingface_hub (PyYAML) makes of the front matter of files.

Usage: record.py LIST, with one `path<TAB>name<TAB>kind` line a file; prints one JSON line a file.
The canonical form of a value is described at `Value::canonical` in src/yaml/reading.rs.
"""

import datetime
import json
import logging
import struct
import sys

import yaml
from huggingface_hub.repocard import REGEX_YAML_BLOCK, DatasetCard, ModelCard

logging.disable(logging.CRITICAL)
LIMIT = 1_000_000


class Huge(Exception):
    """The value is an alias bomb."""


def canonical(value, open_ids=(), budget=None):
    budget = [LIMIT] if budget is None else budget
    budget[0] -= 1
    if budget[0] < 0:
        raise Huge
    if value is None:
        return "n"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, int):
        return f"i{value};"
    if isinstance(value, float):
        return "dnan;" if value != value else f"d{struct.pack('>d', value).hex()};"
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode("utf-8")
        return f"s{len(text.encode())}:{text}"
    if isinstance(value, datetime.datetime):
        return f"T{value.isoformat()};"
    if isinstance(value, datetime.date):
        return f"D{value.isoformat()};"
    if isinstance(value, bytes):
        return f"b{len(value)}:{value.hex()}"
    if id(value) in open_ids:
        return "c"
    inner = (*open_ids, id(value))
    if isinstance(value, (list, tuple)):
        return "[" + "".join(canonical(item, inner, budget) for item in value) + "]"
    if isinstance(value, set):
        items = sorted((canonical(item, inner, budget) for item in value), key=str.encode)
        return "S[" + "".join(items) + "]"
    pairs = [(canonical(k, inner, budget), canonical(v, inner, budget)) for k, v in value.items()]
    pairs.sort(key=lambda pair: (pair[0].encode(), pair[1].encode()))
    return "{" + "".join(k + v for k, v in pairs) + "}"


def read(path, kind):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except UnicodeDecodeError:
        return {"split": "undecodable"}
    # RepoCard.load of 2.4.0 strips one byte-order mark.
    text = text.removeprefix("\ufeff")
    out = {"split": "none", "yaml": "ok", "error": None, "value": None}
    match = REGEX_YAML_BLOCK.search(text)
    if match:
        out["split"] = "block"
        try:
            out["value"] = canonical(yaml.safe_load(match.group(2)))
        except Huge:
            out["huge"] = True
        except RecursionError:
            out["yaml"], out["error"] = "error", "RecursionError"
        except Exception as error:  # every class of failure is an answer
            out["yaml"], out["error"] = "error", type(error).__name__
    out["card"], out["card_error"] = "ok", None
    try:
        (DatasetCard if kind == "dataset" else ModelCard)(text)
    except Exception as error:  # likewise
        out["card"], out["card_error"] = "error", type(error).__name__
    return out


for line in open(sys.argv[1], encoding="utf-8"):
    path, name, kind = line.rstrip("\n").split("\t")
    print(json.dumps({"file": name, "huggingface_hub": read(path, kind)}))
