#!/usr/bin/env bash
# The steps of action.yml. Everything comes from the environment: CARDLINT_ACTION_* are the inputs.
#
#   action.sh install    finds or installs cardlint; output: program
#   action.sh audit      runs it; outputs: findings, errors, cards, sarif-file, exit-code
set -euo pipefail

# The version of cardlint that this action was published with.
own_version=0.1.0
# GitHub refuses a summary above 1 MiB a step.
summary_bytes=1000000
# More file names than this do not fit on a command line everywhere.
name_bytes=100000

fail() {
  echo "::error title=cardlint::$1"
  exit 2
}

output() {
  # A random mark, so that no value can end its own entry.
  local mark
  mark=cardlint-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s<<%s\n%s\n%s\n' "$1" "$mark" "$2" "$mark" >>"$GITHUB_OUTPUT"
}

# Whether a program answers with the version that is asked for.
answers() {
  local said
  said=$("$1" --version 2>/dev/null) && [ "$said" = "cardlint $2" ]
}

install() {
  local version=${CARDLINT_ACTION_VERSION:-$own_version} venv bin
  [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([a-z0-9.-]*)$ ]] || fail "the input version is no version"
  if program=$(command -v cardlint) && answers "$program" "$version"; then
    output program "$program"
    return
  fi
  venv=$RUNNER_TEMP/cardlint-$version
  # Python must not find modules in the repository: what a pull request brings is not run. `-I` keeps the current folder
  # out of its path, and there is nothing in this one either.
  mkdir -p "$RUNNER_TEMP/cardlint-empty"
  cd "$RUNNER_TEMP/cardlint-empty"
  python3 -I -m venv "$venv" || python -I -m venv "$venv" || fail "Python is needed to install cardlint"
  bin=$venv/bin
  [ -d "$bin" ] || bin=$venv/Scripts
  "$bin/python" -I -m pip install --quiet --disable-pip-version-check --only-binary :all: "cardlint==$version" ||
    fail "cardlint $version could not be installed from PyPI"
  answers "$bin/cardlint" "$version" || fail "the program that was installed is not cardlint $version"
  output program "$bin/cardlint"
}

# The lines of an input, without empty ones and without the blanks around them, as an array `lines`.
lines_of() {
  lines=()
  local line
  while read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    [ -z "$line" ] || lines+=("$line")
  done <<<"$1"
}

# A path as it is from the root of the file system, links resolved; false when there is none.
absolute() {
  if [ -d "$1" ]; then
    (cd "$1" && pwd -P)
  elif [ -e "$1" ]; then
    (cd "$(dirname "$1")" && printf '%s/%s\n' "$(pwd -P)" "$(basename "$1")")
  else
    return 1
  fi
}

# The files that a pull request adds, changes or deletes, as an array `files` of names from the top of the repository;
# false when that cannot be told, or when it changes what decides about every card.
changed() {
  local base=${CARDLINT_ACTION_BASE:-} list name
  [[ $base =~ ^[0-9a-f]{40,64}$ ]] || return 1
  # A shallow checkout has the merge commit only, whose tree is compared with the base's.
  git cat-file -e "$base^{commit}" 2>/dev/null || git fetch --quiet --depth=1 origin "$base" || return 1
  list=$(mktemp)
  if ! git diff --name-only --no-renames -z "$base" HEAD -- >"$list" || [ "$(wc -c <"$list")" -gt $name_bytes ]; then
    rm -f -- "$list"
    return 1
  fi
  files=()
  while IFS= read -r -d '' name; do
    files+=("$name")
  done <"$list"
  rm -f -- "$list"
  for name in ${files[@]+"${files[@]}"}; do
    case /$name in
      # Configurations, what they extend, and lists of what is passed over.
      *.toml | */.cardlintignore | */.gitignore) return 1 ;;
      # What lies beside cards is compared with them; any other JSON may be a baseline or a schema.
      *config.json | *_results.json | *.index.json | */trainer_state.json | */*_map.json | */vocab.json) ;;
      */tokenizer.json | */added_tokens.json | */modules.json | */model_index.json | */dataset_infos.json) ;;
      *.json) return 1 ;;
    esac
    # A rule of a pack.
    if [[ $name == *.md ]] && grep -qs '^check:' -- "$(git rev-parse --show-toplevel)/$name"; then
      return 1
    fi
    local own
    for own in "${CARDLINT_ACTION_CONFIG:-}" "${CARDLINT_ACTION_BASELINE:-}"; do
      [ "$name" != "${own#./}" ] || return 1
    done
  done
}

audit() {
  local program=$CARDLINT_ACTION_PROGRAM sarif json summary code=0 lines=() files=() paths=()
  local arguments=(audit --no-progress)
  [ -z "${CARDLINT_ACTION_PROFILE:-}" ] || arguments+=("--profile=$CARDLINT_ACTION_PROFILE")
  [ -z "${CARDLINT_ACTION_FAIL_ON:-}" ] || arguments+=("--fail-on=$CARDLINT_ACTION_FAIL_ON")
  [ -z "${CARDLINT_ACTION_CONFIG:-}" ] || arguments+=("--config=$CARDLINT_ACTION_CONFIG")
  [ -z "${CARDLINT_ACTION_BASELINE:-}" ] || arguments+=("--baseline=$CARDLINT_ACTION_BASELINE")
  arguments+=("--format=${CARDLINT_ACTION_FORMAT:-github}")
  sarif=${CARDLINT_ACTION_SARIF_FILE:-$RUNNER_TEMP/cardlint.sarif}
  # It is written anew: not over a card.
  case $sarif in *.sarif | *.sarif.json) ;; *) fail "the input sarif-file must end in .sarif or .sarif.json" ;; esac
  json=$RUNNER_TEMP/cardlint-counts.json
  summary=$RUNNER_TEMP/cardlint.md
  mkdir -p -- "$(dirname -- "$sarif")"
  rm -f -- "$sarif" "$json" "$summary"
  arguments+=("--report=sarif=$sarif" "--report=json=$json" "--report=markdown=$summary")

  lines_of "${CARDLINT_ACTION_PATHS:-.}"
  # A path that begins with a dash is a path all the same, and `-` is no standard input here.
  local path
  # Bash 3.2 of macOS takes an empty array for an unset one.
  for path in ${lines[@]+"${lines[@]}"}; do
    case $path in . | /* | ./* | ../* | [A-Za-z]:*) paths+=("$path") ;; *) paths+=("./$path") ;; esac
  done
  local only=false
  if [ "${CARDLINT_ACTION_ONLY_CHANGED:-false}" = true ]; then
    if changed; then
      only=true
    elif [ -n "${CARDLINT_ACTION_BASE:-}" ]; then
      echo "::notice title=cardlint::everything is audited: the base of the pull request cannot be read, or a changed file decides about every card"
    fi
  fi
  if [ "$only" = true ]; then
    local wanted=() asked=() top here full
    top=$(absolute "$(git rev-parse --show-toplevel)")
    here=$(pwd -P)
    for path in ${paths[@]+"${paths[@]}"}; do
      full=$(absolute "$path") || fail "the input paths names something that is not there"
      asked+=("$full")
    done
    for file in ${files[@]+"${files[@]}"}; do
      file=$top/$file
      for path in ${asked[@]+"${asked[@]}"}; do
        if [ "$path" = "$file" ] || [[ $file == "${path%/}"/* ]]; then
          # Named from here where it can be, as annotations need it.
          case $file in "$here"/*) wanted+=("./${file#"$here"/}") ;; *) wanted+=("$file") ;; esac
          break
        fi
      done
    done
    paths=(${wanted[@]+"${wanted[@]}"})
    # No file is not the same as the whole folder.
    [ ${#paths[@]} -gt 0 ] || paths=(./.github/cardlint-none)
    arguments+=(--only-cards)
  fi
  [ ${#paths[@]} -gt 0 ] || fail "the input paths names nothing"

  local told=$RUNNER_TEMP/cardlint-told.txt
  "$program" "${arguments[@]}" -- "${paths[@]}" 2>"$told" || code=$?
  cat -- "$told" >&2
  output exit-code "$code"
  # What keeps it from running at all, such as a mistake in the configuration, belongs on the page, too.
  if [ "$code" = 2 ] && [ ! -s "$json" ]; then
    local reason
    reason=$(head -c 2000 -- "$told")
    reason=${reason//'%'/%25}
    reason=${reason//$'\r'/%0D}
    echo "::error title=cardlint::${reason//$'\n'/%0A}"
  fi
  if [ -s "$sarif" ]; then
    output sarif-file "$sarif"
  fi
  # The last line of the report is our own: nothing in a card can begin a line of it.
  local counts
  counts=$([ ! -s "$json" ] || tail -n 1 "$json" | sed -nE 's/^\],"summary":\{"cards":([0-9]+),"findings":([0-9]+),"errors":([0-9]+),.*/\1 \2 \3/p')
  read -r cards findings errors <<<"${counts:-0 0 0}"
  output cards "$cards"
  output findings "$findings"
  output errors "$errors"

  [ "${CARDLINT_ACTION_SUMMARY:-true}" = true ] || return 0
  [ ! -s "$summary" ] || summarise "$summary"
  lines_of "${CARDLINT_ACTION_FRAMEWORKS:-}"
  if [ ${#lines[@]} -gt 0 ]; then
    local framework frameworks=()
    [ -z "${CARDLINT_ACTION_CONFIG:-}" ] || frameworks+=("--config=$CARDLINT_ACTION_CONFIG")
    for framework in "${lines[@]}"; do
      frameworks+=("--framework=$framework")
    done
    if ! "$program" coverage --only-cards --format markdown "${frameworks[@]}" -- "${paths[@]}" >"$summary"; then
      # Cards that cannot be read were told above, with the same code.
      echo "::error title=cardlint::the coverage of the frameworks could not be written"
      output exit-code 2
    fi
    summarise "$summary"
  fi
}

# Adds a file to the job summary, as far as there is room.
summarise() {
  local there room
  there=$(wc -c <"$GITHUB_STEP_SUMMARY" 2>/dev/null || echo 0)
  room=$((summary_bytes - there))
  if [ "$(wc -c <"$1")" -le "$room" ]; then
    cat "$1" >>"$GITHUB_STEP_SUMMARY"
  elif [ "$room" -gt 1000 ]; then
    # Whole lines only.
    head -c $((room - 500)) "$1" | sed '$d' >>"$GITHUB_STEP_SUMMARY"
    printf '\nThe rest does not fit: a job summary holds one megabyte.\n' >>"$GITHUB_STEP_SUMMARY"
  fi
}

case ${1:-} in
install) install ;;
audit) audit ;;
*) fail "action.sh knows install and audit" ;;
esac
