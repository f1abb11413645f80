#!/usr/bin/env bash
# Fuzzes every target for SECONDS seconds (20) with libFuzzer, on any toolchain: run.sh [SECONDS] [TARGET…]
# With 0 seconds it only builds them.
#
# The corpus starts from the inputs for the readers and the cards of the fixtures, and is kept in
# fuzz/corpus/; an input that breaks a target is written to fuzz/artifacts/.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-20}
[ $# -eq 0 ] || shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(front_matter yaml outline audit gguf safetensors records)

# Coverage as cargo-fuzz asks for it; no sanitizer, which would need a nightly compiler and has
# little to find in a crate without unsafe code.
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
RUSTFLAGS="--cfg fuzzing $coverage" cargo build --release --quiet --target "$(rustc -vV | sed -n 's/^host: //p')"
[ "$seconds" -gt 0 ] || exit 0
bin=${CARGO_TARGET_DIR:-target}/$(rustc -vV | sed -n 's/^host: //p')/release

seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
mkdir "$seeds/cards" "$seeds/gguf" "$seeds/safetensors" "$seeds/records"
for file in ../fixtures/readers/cases/*; do
  # libFuzzer is given whole cards; the YAML target finds its way from there.
  cp "$file" "$seeds/cards/case-$(basename "$file")"
done
number=0
for file in ../fixtures/rules/*/*/*/README.md ../fixtures/repositories/*/README.md; do
  number=$((number + 1))
  cp "$file" "$seeds/cards/card-$number"
done
for file in ../fixtures/rules/*/fires/*/*.{json,csv,txt,yml,gguf,safetensors}; do
  number=$((number + 1))
  case $file in
    *.gguf) kind=gguf ;;
    *.safetensors) kind=safetensors ;;
    *) kind=records ;;
  esac
  # No longer than what the fuzzer keeps of it.
  head -c 4096 "$file" >"$seeds/$kind/$number"
done
fuzz() {
  local target=$1 kind=cards
  mkdir -p "corpus/$target" "artifacts/$target"
  [ ! -d "$seeds/$target" ] || kind=$target
  local status=0
  "$bin/$target" "corpus/$target" "$seeds/$kind" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="artifacts/$target/" -max_len=4096 -print_final_stats=1 -verbosity=0 \
    >"$seeds/$target.log" 2>&1 || status=$?
  echo "fuzz: $target for $seconds s"
  cat "$seeds/$target.log"
  return $status
}
export -f fuzz
export seconds bin seeds
# As many at a time as there are cores: libFuzzer uses one.
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I '{}' bash -c 'fuzz {}'
