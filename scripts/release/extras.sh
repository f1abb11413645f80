#!/usr/bin/env bash
# Writes shell completions and the man page, for the archives: extras.sh PROGRAM OUT
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: extras.sh PROGRAM OUT" >&2; exit 2; }
mkdir -p "$2/completions" "$2/man"
for shell in bash zsh fish powershell elvish; do
  case $shell in
  bash) file=cardlint.bash ;;
  zsh) file=_cardlint ;;
  fish) file=cardlint.fish ;;
  powershell) file=_cardlint.ps1 ;;
  elvish) file=cardlint.elv ;;
  esac
  "$1" completions "$shell" >"$2/completions/$file"
done
"$1" man >"$2/man/cardlint.1"
