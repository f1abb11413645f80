#!/usr/bin/env python3
"""Makes or extends rules/licenses/texts.yaml: fingerprints.py MIRRORS OUT

MIRRORS holds bare clones named owner+name (`git clone --bare`). Only hashes of word sequences leave the
texts, which belong to their publishers; src/license/text.rs reads them and describes the method.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SKETCH = 200  # smallest hashes that are kept of a text
GRAM = 5  # words

LICENSEDB = "aboutcode-org/scancode-licensedb"

# Texts that publishers keep in repositories of their own.
PUBLISHERS = {
    "llama2": ("meta-llama/llama-models", "models/llama2/LICENSE"),
    "llama3": ("meta-llama/llama-models", "models/llama3/LICENSE"),
    "llama3.1": ("meta-llama/llama-models", "models/llama3_1/LICENSE"),
    "llama3.2": ("meta-llama/llama-models", "models/llama3_2/LICENSE"),
    "llama3.3": ("meta-llama/llama-models", "models/llama3_3/LICENSE"),
    "llama4": ("meta-llama/llama-models", "models/llama4/LICENSE"),
    "dinov3-license": ("facebookresearch/dinov3", "LICENSE.md"),
    "sam-license": ("facebookresearch/sam3", "LICENSE"),
    "opt-175b": ("facebookresearch/metaseq", "projects/OPT/MODEL_LICENSE.md"),
    "deepfloyd-if-license": ("deep-floyd/IF", "LICENSE-MODEL"),
    "apple-amlr": ("apple/ml-fastvlm", "LICENSE_MODEL"),
    "dbrx": ("databricks/dbrx", "LICENSE"),
    "chatglm3": ("THUDM/ChatGLM3", "MODEL_LICENSE"),
    "tencent-hunyuan-community": ("Tencent-Hunyuan/HunyuanVideo", "LICENSE.txt"),
    "modified-mit-kimi-k2": ("MoonshotAI/Kimi-K2", "LICENSE"),
    "modified-mit-minimax-m2": ("MiniMax-AI/MiniMax-M2", "LICENSE"),
    "minimax-01": ("MiniMax-AI/MiniMax-01", "LICENSE-MODEL"),
    "exaone-1.2-nc": ("LG-AI-EXAONE/EXAONE-4.0", "LICENSE"),
    "tongyi-qianwen-research": ("QwenLM/Qwen", "Tongyi Qianwen RESEARCH LICENSE AGREEMENT"),
    "ltx-2-community": ("Lightricks/LTX-2", "LICENSE"),
    "flux-1-dev-nc": ("black-forest-labs/flux", "model_licenses/LICENSE-FLUX1-dev"),
    "minimax-m2.7-nc": ("MiniMax-AI/MiniMax-M2.7", "LICENSE"),
    "lfm1.0": ("Liquid4All/liquid-audio", "LICENSE"),
    "nscl-v1": ("NVlabs/SegFormer", "LICENSE"),
    "cogvideox": ("zai-org/CogVideo", "MODEL_LICENSE"),
    "tencent-hunyuan-large": ("Tencent/Tencent-Hunyuan-Large", "LICENSE.txt"),
    "krea-2-community": ("krea-ai/krea-2", "docs/KREA-2-COMMUNITY-LICENSE"),
}

# Keys of LicenseDB that neither our reference nor the SPDX id leads to.
KEYS = {"openmdw-1.0": "openmdw-1.0"}

# Words that the beginning of the text must hold, where near twins exist: each of the list, a bar between
# alternatives.
TITLES = {
    "llama2": ["llama 2 community license agreement"],
    "llama3": ["meta llama 3 community license agreement"],
    "llama3.1": ["llama 3 1 community license agreement"],
    "llama3.2": ["llama 3 2 community license agreement"],
    "llama3.3": ["llama 3 3 community license agreement"],
    "llama4": ["llama 4 community license agreement"],
    "creativeml-openrail-m": ["august 22 2022"],
    "openrail++": ["november 24 2022|july 26 2023"],
    "bigscience-bloom-rail-1.0": ["bigscience rail license"],
    "exaone-1.1-nc": ["license agreement 1 1 nc"],
    "exaone-1.2-nc": ["license agreement 1 2 nc"],
    "qwen": ["qwen license agreement"],
    "tongyi-qianwen": ["tongyi qianwen license agreement"],
    "tongyi-qianwen-research": ["tongyi qianwen research license agreement"],
    "tencent-hunyuan-3d-2": ["hunyuan 3d"],
    "minimax-m2.7-nc": ["minimax m2 7"],
    "lfm1.0": ["lfm open license v1 0"],
    "nscl-v1": ["nvidia source code license"],
    "cogvideox": ["cogvideox license"],
    "tencent-hunyuan-large": ["hunyuan large"],
    "krea-2-community": ["krea 2 community license agreement"],
    "tencent-hunyuan-community": ["hunyuanvideo", "tencent hunyuan community license agreement"],
    "dinov3-license": ["dinov3 license"],
    "sam-license": ["sam license"],
    "opt-175b": ["opt 175b license agreement"],
    "deepfloyd-if-license": ["deepfloyd"],
    "modified-mit-kimi-k2": ["kimi k2"],
    "modified-mit-minimax-m2": ["minimax m2"],
    "stabilityai-ai-community": ["stability ai community license"],
    "stabilityai-nc-research-community": ["non commercial research community license"],
    "flux-1-dev-nc": ["flux 1 dev non commercial license v1"],
    "flux-non-commercial": ["flux", "non commercial license v2"],
    "openmdw-1.0": ["openmdw license agreement version 1 0"],
    "ltx-2-community": ["ltx 2"],
    "ltxv-open-weights": ["ltxv"],
    "faipl-1.0": ["fair ai public license 1 0"],
    "faipl-1.0-sd": ["fair ai public license 1 0 sd"],
    "gpl-2.0": ["gnu general public license version 2"],
    "gpl-3.0": ["gnu general public license version 3"],
    "agpl-3.0": ["gnu affero general public license version 3"],
    "cc-by-4.0": ["attribution 4 0 international"],
    "cc-by-sa-4.0": ["attribution sharealike 4 0 international"],
    "cc-by-nc-4.0": ["attribution noncommercial 4 0 international"],
    "cc-by-nc-sa-4.0": ["attribution noncommercial sharealike 4 0 international"],
    "cc-by-nc-nd-4.0": ["attribution noncommercial noderivatives 4 0 international"],
    "cc-by-nd-4.0": ["attribution noderivatives 4 0 international"],
}


# Words that turn a text into something else when the licence itself does not hold them.
FOREIGN = [
    "monthly active users", "annual revenue", "annual recurring revenue", "monthly revenue", "non commercial", "noncommercial",
    "research purposes", "acceptable use", "prohibited use", "prominently display", "improve any other", "commons clause",
    "may not be used for",
]  # fmt: skip


def words(text: str) -> list[str]:
    """Runs of letters and digits, lower case; everything else separates."""
    out, word = [], []
    for c in text.lower():
        if c.isalnum():
            word.append(c)
        elif word:
            out.append("".join(word))
            word = []
    if word:
        out.append("".join(word))
    return out


def mix(state: int) -> int:
    """The finaliser of SplitMix64: FNV-1a alone leaves patterns in the high bits."""
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB % 2**64
    return state ^ (state >> 31)


def grams(text: str) -> set[int]:
    list_ = words(text)
    hashes = set()
    for at in range(len(list_) - GRAM + 1):
        state = 0xCBF29CE484222325
        for byte in " ".join(list_[at : at + GRAM]).encode():
            state = (state ^ byte) * 0x100000001B3 % 2**64
        hashes.add(mix(state) >> 32)
    return hashes


def show(mirrors: Path, repo: str, path: str) -> str:
    git = ["git", "-C", str(mirrors / repo.replace("/", "+") / "repo"), "show", f"HEAD:{path}"]
    text = subprocess.run(git, check=True, capture_output=True).stdout.decode("utf-8", "replace")
    # LicenseDB puts its own metadata before a text.
    return text.split("\n---\n", 1)[1] if repo == LICENSEDB and text.startswith("---\n") else text


def licensedb_keys(mirrors: Path, licenses: list[dict]) -> dict[str, str]:
    if not (mirrors / LICENSEDB.replace("/", "+")).is_dir():
        return {}
    index = json.loads(show(mirrors, LICENSEDB, "docs/index.json"))
    by_spdx = {}
    for entry in index:
        for key in [entry.get("spdx_license_key"), *entry.get("other_spdx_license_keys", [])]:
            if key:
                by_spdx.setdefault(key, entry["license_key"])
    known = {entry["license_key"] for entry in index}
    keys = dict(KEYS)
    for license in licenses:
        key = license["ref"].removeprefix("LicenseRef-scancode-")
        if key in known and key != license["ref"]:
            keys[license["id"]] = key
        elif license.get("spdx") in by_spdx:
            keys[license["id"]] = by_spdx[license["spdx"]]
    return keys


def main() -> None:
    mirrors, out = Path(sys.argv[1]), Path(sys.argv[2])
    licenses = []
    for file in sorted((ROOT / "rules/licenses").glob("*.yaml")):
        table = yaml.safe_load(file.read_text())
        licenses += table["licenses"] if isinstance(table.get("licenses"), list) else []
    keys = licensedb_keys(mirrors, licenses)
    # What no mirror holds stays as it is.
    before = {line.split('"')[1]: line for line in out.read_text().splitlines() if line.startswith("- {id: ")} if out.exists() else {}
    lines = []
    for license in sorted(licenses, key=lambda license: license["id"]):
        id = license["id"]
        if id in PUBLISHERS:
            repo, path = PUBLISHERS[id]
        elif id in keys:
            repo, path = LICENSEDB, f"docs/{keys[id]}.LICENSE"
        else:
            repo, path = "", ""
        if not repo or not (mirrors / repo.replace("/", "+")).is_dir():
            lines += [before[id]] if id in before else []
            continue
        text = show(mirrors, repo, path)
        # What follows tells how to apply the licence, and many leave it out; in other texts it is an attachment.
        ends = id in ("apache-2.0", "ecl-2.0") or id.removeprefix("a").removeprefix("l").startswith("gpl-")
        hashes = sorted(grams(text.split("END OF TERMS AND CONDITIONS")[0] if ends else text))
        if len(hashes) < 20:
            print(f"{id}: too short", file=sys.stderr)
            continue
        sketch = "".join(f"{value:08x}" for value in hashes[:SKETCH])
        joined = " ".join(words(text))
        holds = [phrase for phrase in FOREIGN if phrase in joined]
        title = TITLES.get(id)
        member = f", title: {json.dumps(title)}" if title else ""
        member += f", holds: {json.dumps(holds)}" if holds else ""
        lines.append(f'- {{id: "{id}", source: "{repo}:{path}", grams: {len(hashes)}{member}, sketch: "{sketch}"}}')
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()[:16]
    out.write_text(
        "# Fingerprints of licence texts, made by scripts/licenses/fingerprints.py: do not edit.\n"
        "# `sketch` holds the smallest hashes of five words each (src/license/text.rs); `title` is what the beginning must\n"
        "# hold where near twins exist; `holds` lists the words of `foreign` that the licence itself has.\n"
        f"# Digest {digest}.\nforeign: {json.dumps(FOREIGN)}\ntexts:\n" + "\n".join(lines) + "\n"
    )
    print(f"{len(lines)} texts")


main()
