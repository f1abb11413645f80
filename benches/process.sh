#!/usr/bin/env bash
# Whole-process figures: one card, 200 cards beside rumdl and typos, ten thousand cards.
# Needs Linux, Python and the corpus; run it on a quiet machine: process.sh [CORPUS]
set -euo pipefail
cd "$(dirname "$0")/.."
corpus=${1:-../shared/corpus}
cargo build --release --quiet
bin=$PWD/target/release/cardlint
work=$PWD/target/process
mkdir -p "$work"
if [ ! -x "$work/venv/bin/rumdl" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check rumdl==0.3.0 typos==1.52.0
fi
python3 - "$bin" "$work" "$corpus" <<'PYTHON'
import os, pathlib, resource, shutil, statistics, subprocess, sys, time

binary, work, corpus = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
cards = sorted(corpus.glob("models/*/*/*/README.md"))


def lay(folder, count):
    """COUNT cards, each in a repository of its own."""
    if folder.exists():
        shutil.rmtree(folder)
    for number in range(count):
        place = folder / f"owner{number % 97}" / f"model{number}"
        place.mkdir(parents=True)
        shutil.copyfile(cards[(number * 7) % len(cards)], place / "README.md")


def run(command, cpus=None):
    """Seconds and peak memory in MB of one run."""
    read, write = os.pipe()
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        if cpus:
            os.sched_setaffinity(0, cpus)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execv(command[0], command)
    _, _, usage = os.wait4(child, 0)
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def figure(name, command, times=15, cpus=None):
    runs = [run(command, cpus) for _ in range(times + 1)][1:]
    seconds = statistics.median(second for second, _ in runs)
    print(f"{name:44} {seconds * 1000:8.1f} ms  {max(memory for _, memory in runs):6.1f} MB")
    return seconds


one = work / "one"
lay(one, 1)
figure("one card", [binary, "audit", str(one), "--no-config"], 40)
figure("one card, helpdesk-8b", [binary, "audit", "fixtures/repositories/helpdesk-8b"], 40)

many = work / "many"
lay(many, 200)
size = sum(path.stat().st_size for path in many.rglob("*.md"))
print(f"200 cards, {size / 1e6:.1f} MB")
figure("  cardlint", [binary, "audit", str(many)])
figure("  cardlint --format sarif", [binary, "audit", str(many), "--format", "sarif"])
venv = work / "venv/bin"
figure("  rumdl check --no-cache", [str(venv / "rumdl"), "check", "--no-cache", str(many)])
figure("  typos", [str(venv / "typos"), str(many)])

huge = work / "huge"
for count in (2_500, 10_000):
    lay(huge, count)
    print(f"{count} cards, {sum(path.stat().st_size for path in huge.rglob('*.md')) / 1e6:.0f} MB")
    command = [binary, "audit", str(huge), "--format", "ndjson"]
    single = figure("  ndjson, one core", command + ["-j", "1"], 3, {0})
    double = figure("  ndjson, two cores", command + ["-j", "2"], 3, {0, 1})
    print(f"  two cores give {single / double:.2f} times one")
shutil.rmtree(huge)
PYTHON
