#!/usr/bin/env bash
# Lets the validators that exist judge our SARIF: Microsoft's multitool with GitHub's rules, and
# check-jsonschema with the OASIS schema.
#
#   sarif.sh CACHE FILE…
set -euo pipefail

multitool=5.7.0 check_jsonschema=0.39.0

cache=$1 && shift
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
pins="$(python3 --version) $multitool $check_jsonschema"
if [ "$(cat "$cache/pins" 2>/dev/null)" != "$pins" ]; then
  rm -rf "$cache/venv" "$cache/node_modules"
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check "check-jsonschema==$check_jsonschema"
  npm install --silent --no-audit --no-fund --no-save --prefix "$cache" "@microsoft/sarif-multitool@$multitool" >/dev/null
  echo "$pins" >"$cache/pins"
fi
# The launcher of the package splits `Sarif;Ghas` at the semicolon: the program itself is called.
tool=$cache/node_modules/@microsoft/sarif-multitool-linux

status=0
for file in "$@"; do
  report=$(mktemp)
  "$tool/Sarif.Multitool" validate "$file" --rule-kind 'Sarif;Ghas' --level 'Error;Warning' \
    --output "$report" --log ForceOverwrite --quiet >/dev/null
  # It exits with 0 whatever it finds: its report tells.
  python3 - "$file" "$report" <<'PYTHON' || status=1
import json, sys

name, report = sys.argv[1:]
results = [result for run in json.load(open(report, encoding="utf-8-sig"))["runs"] for result in run.get("results", [])]
for result in results[:20]:
    print(f"{name}: {result['ruleId']}: {json.dumps(result['message'])[:300]}")
print(f"{name}: {len(results)} complaints of sarif-multitool")
sys.exit(bool(results))
PYTHON
  "$cache/venv/bin/check-jsonschema" --schemafile "$tool/sarif-2.1.0.json" "$file" || status=1
  rm -f "$report"
done
exit "$status"
