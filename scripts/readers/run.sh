#!/usr/bin/env bash
# Records what the real readers of front matter make of the trap inputs and of the corpus, and makes
# the cards of fixtures/generated.
#
#   run.sh [CACHE]             writes fixtures/readers/cases.jsonl, corpus.jsonl and fixtures/generated
#   run.sh [CACHE] --check     fails, with the difference, where the readers say something else
#   run.sh [CACHE] --dir DIR --out FILE    records every file of a folder
#
# CACHE (target/readers) keeps the virtual environment and the node module between runs.
set -euo pipefail

hub=2.4.0 pyyaml=6.0.3 jinja=3.1.6 js_yaml=4.3.2

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=$root/target/readers
case ${1:---} in --*) ;; *) cache=$1 && shift ;; esac
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# A cache that holds other versions, or that an interrupted run left half made, is made again.
pins="$(python3 --version) $hub $pyyaml $jinja $js_yaml"
if [ "$(cat "$cache/pins" 2>/dev/null)" != "$pins" ]; then
  rm -rf "$cache/venv" "$cache/node_modules"
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check "huggingface_hub==$hub" "PyYAML==$pyyaml" "Jinja2==$jinja"
  npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix "$cache" "js-yaml@$js_yaml" >/dev/null
  echo "$pins" >"$cache/pins"
fi

record() {
  "$cache/venv/bin/python" "$here/record.py" "$cache/node_modules/js-yaml/dist/js-yaml.mjs" "$@"
}

fixtures=$root/fixtures/readers
corpus=$root/../shared/corpus
into=$fixtures
generated=$root/fixtures/generated
check=
case ${1:-} in
'') ;;
--check)
  check=1
  into=$(mktemp -d)
  generated=$into/generated
  trap 'rm -rf "$into"' EXIT
  ;;
--dir)
  if [ $# -ne 4 ] || [ "$3" != --out ]; then
    echo "usage: run.sh [CACHE] --dir DIR --out FILE" >&2
    exit 2
  fi
  record --dir "$2" "$4"
  exit
  ;;
*)
  echo "usage: run.sh [CACHE] [--check | --dir DIR --out FILE]" >&2
  exit 2
  ;;
esac

jobs=(--dir "$fixtures/cases" "$into/cases.jsonl")
if [ -f "$corpus/index.jsonl" ]; then
  jobs+=(--corpus "$corpus" "$into/corpus.jsonl")
else
  echo "readers: there is no ../shared/corpus; only the cases are recorded" >&2
fi
record "${jobs[@]}"
"$cache/venv/bin/python" "$here/generate.py" "$generated"

if [ -n "$check" ]; then
  status=0
  for fresh in "$into"/*.jsonl; do
    diff -u "$fixtures/$(basename "$fresh")" "$fresh" >"$into/difference" || status=1
    head -n 60 "$into/difference"
  done
  diff -ru "$root/fixtures/generated" "$generated" || status=1
  exit "$status"
fi
wc -l "$into"/*.jsonl >&2
