#!/usr/bin/env python3
"""Judges real edges between models in one batch: edges.py TSV [CARDLINT]

TSV has the columns id, license and base_models ("repo=relation,repo=relation"). Prints how many edges get
which verdict, and each loss and conflict.
"""

import collections
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

RELATIONS = {"finetune", "adapter", "quantized", "merge"}


def main() -> None:
    table, cardlint = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "cardlint"
    csv.field_size_limit(10**7)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    split = lambda text: [word for word in text.replace(",", " ").split() if word]  # noqa: E731
    declared = {row["id"].lower(): split(row["license"]) for row in rows}
    # What the base itself declares in the same table; `other` says nothing, and cardlint's own table may.
    known = lambda base: [word for word in declared.get(base.lower(), []) if word != "other"] or None  # noqa: E731
    cases = []
    for at, row in enumerate(rows):
        edges = [edge.partition("=") for edge in row["base_models"].split(",") if "/" in edge]
        if not edges:
            continue
        bases, relation = [repo for repo, _, _ in edges], edges[0][2]
        usual = "merge" if len(bases) > 1 else "finetune"
        cases.append(
            {
                "id": f"{at}",
                "relation": relation if relation in RELATIONS else usual,
                "inputs": [{"role": "base", "repo": base, "license": known(base)} for base in bases],
                "published": {"repo": row["id"], "license": split(row["license"])},
            }
        )
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"cases": cases}, file)
        file.flush()
        command = [cardlint, "license", "check", "--cases", file.name, "--format", "json"]
        answers = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["cases"]
    verdicts = collections.Counter(answer["verdict"] for answer in answers)
    print(len(answers), "edges:", dict(verdicts.most_common()))
    for case, answer in zip(cases, answers):
        if answer["verdict"] in ("obligation-lost", "conflict"):
            bases = ", ".join(source["repo"] for source in case["inputs"])
            license = ", ".join(case["published"]["license"]) or "none"
            print(f"{answer['verdict']}\t{case['published']['repo']}\t{license}\t{case['relation']} of {bases}\t{', '.join(answer['lost'])}")


main()
