#!/usr/bin/env bash
# Makes the archive of a release from a wheel, so that both hold the same program.
#
#   archive.sh WHEEL TARGET EXTRAS OUT
#
# EXTRAS is a folder with completions/ and man/ (extras.sh). Writes OUT/cardlint-TARGET.tar.gz (.zip for Windows) and its
# checksum. The same input gives the same bytes.
set -euo pipefail
[ $# -eq 4 ] || { echo "usage: archive.sh WHEEL TARGET EXTRAS OUT" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
python3 - "$root" "$@" <<'PYTHON'
import gzip, hashlib, io, pathlib, sys, tarfile, zipfile

root, wheel, target, extras, out = sys.argv[1:]
root, extras, out = pathlib.Path(root), pathlib.Path(extras), pathlib.Path(out)
out.mkdir(parents=True, exist_ok=True)
name = f"cardlint-{target}"
windows = "windows" in target
files = []
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.namelist():
        end = entry.rsplit("/", 1)[-1]
        if ".data/scripts/" in entry:
            files.append((end, archive.read(entry), 0o755))
        elif entry.endswith(".cyclonedx.json"):
            files.append((end, archive.read(entry), 0o644))
if not any(mode == 0o755 for _, _, mode in files):
    sys.exit(f"{wheel} holds no program")
for path in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]:
    files.append((path, (root / path).read_bytes(), 0o644))
for path in sorted(path for path in extras.rglob("*") if path.is_file()):
    files.append((path.relative_to(extras).as_posix(), path.read_bytes(), 0o644))
data = io.BytesIO()
if windows:
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content, mode in files:
            info = zipfile.ZipInfo(f"{name}/{path}")
            info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
else:
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, content, mode in files:
            info = tarfile.TarInfo(f"{name}/{path}")
            info.size, info.mode = len(content), mode
            archive.addfile(info, io.BytesIO(content))
    data = io.BytesIO(gzip.compress(data.getvalue(), mtime=0))
made = out / f"{name}{'.zip' if windows else '.tar.gz'}"
made.write_bytes(data.getvalue())
digest = hashlib.sha256(data.getvalue()).hexdigest()
made.with_name(made.name + ".sha256").write_text(f"{digest}  {made.name}\n")
print(made)
PYTHON
