#!/usr/bin/env bash
# Records what the real readers make of the trap inputs and of the corpus.
#
#   run.sh CACHE            writes fixtures/readers/cases.jsonl and corpus.jsonl
#   run.sh CACHE --check    fails when the committed records are not what the readers say
#   run.sh CACHE --dir DIR --out FILE    records every file of a folder
#
# CACHE keeps the virtual environment and the node module between runs.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cache=$(mkdir -p "$1" && cd "$1" && pwd)
shift
if [ ! -x "$cache/venv/bin/python" ]; then python3 -m venv "$cache/venv"; fi
"$cache/venv/bin/pip" install --quiet 'huggingface_hub==2.4.0' 'PyYAML==6.0.3'
if [ ! -d "$cache/node_modules/js-yaml" ]; then npm install --silent --prefix "$cache" js-yaml@4.3.2 >/dev/null; fi

record() { # LIST OUT [digest]
  "$cache/venv/bin/python" "$root/scripts/readers/record.py" "$1" >"$cache/python.jsonl"
  TZ=UTC node "$root/scripts/readers/record.mjs" "$1" "$cache/node_modules/js-yaml/dist/js-yaml.mjs" >"$cache/node.jsonl"
  "$cache/venv/bin/python" - "$cache/python.jsonl" "$cache/node.jsonl" "$2" "${3:-}" <<'PY'
import json, sys
def digest(text):
    hash = 0xCBF29CE484222325
    for byte in text.encode():
        hash = (hash ^ byte) * 0x100000001B3 % 2**64
    return f"{hash:016x}"
with open(sys.argv[3], "w", encoding="utf-8") as out:
    for a, b in zip(open(sys.argv[1], encoding="utf-8"), open(sys.argv[2], encoding="utf-8")):
        line = json.loads(a) | json.loads(b)
        for reader in ("huggingface_hub", "js_yaml"):
            if sys.argv[4] and line[reader].get("value") is not None:
                line[reader]["digest"] = digest(line[reader].pop("value"))
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
PY
}

list() { # DIR
  find "$1" -type f | LC_ALL=C sort | while read -r file; do
    name=${file#"$1"/}
    case $name in *dataset-*) kind=dataset ;; *) kind=model ;; esac
    printf '%s\t%s\t%s\n' "$file" "$name" "$kind"
  done
}

if [ "${1:-}" = --dir ]; then
  list "$(cd "$2" && pwd)" >"$cache/list.tsv"
  record "$cache/list.tsv" "$4"
  exit
fi
into="$root/fixtures/readers"
[ "${1:-}" = --check ] && into="$cache/fresh" && mkdir -p "$into"
list "$root/fixtures/readers/cases" >"$cache/list.tsv"
record "$cache/list.tsv" "$into/cases.jsonl"
corpus="$root/../shared/corpus"
if [ -f "$corpus/index.jsonl" ]; then
  "$cache/venv/bin/python" - "$corpus" >"$cache/list.tsv" <<'PY'
import json, sys
for line in open(f"{sys.argv[1]}/index.jsonl", encoding="utf-8"):
    entry = json.loads(line)
    print(f"{sys.argv[1]}/{entry['file']}", entry["file"], entry["kind"], sep="\t")
PY
  record "$cache/list.tsv" "$into/corpus.jsonl" digest
else
  echo "readers: there is no ../shared/corpus; only the cases are recorded" >&2
fi
if [ "${1:-}" = --check ]; then
  for file in "$into"/*.jsonl; do diff -u "$root/fixtures/readers/$(basename "$file")" "$file" | head -n 40; done
  for file in "$into"/*.jsonl; do cmp "$root/fixtures/readers/$(basename "$file")" "$file"; done
  echo "readers: $(cat "$into"/*.jsonl | wc -l) recorded readings are what the readers say"
fi
