# Runs the functions test_* of the script that sources this file, several at once, and prints one line per case.
#
# A case is a bash function named with the sentence it proves. It runs in a process and a folder of its own under
# `set -eu -o pipefail`, passes when it ends with 0, and is ended after CASE_DEADLINE_S. The script's last line is
# `run_cases "<suite>"`.

CASE_DEADLINE_S=${CASE_DEADLINE_S:-60}
: "${WHARF_BOOTSTRAP:?host:port of the broker under test}"

# unique WORD: a name that no other case, run or suite uses.
unique() { printf '%s-%s' "$1" "$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')"; }

fail() { echo "$*" >&2; exit 1; }

# equal ACTUAL EXPECTED [WHAT]
equal() { [ "$1" = "$2" ] || fail "${3:-value}: expected '${2:0:300}', got '${1:0:300}'"; }

# contains TEXT PART
contains() { case $1 in *"$2"*) ;; *) fail "no '$2' in '${1:0:1200}'" ;; esac; }

# eventually SECONDS COMMAND...: polls until the command succeeds.
eventually() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ "$SECONDS" -le "$end" ] || fail "not in time: $*"
    read -r -t 0.05 <> <(:) || true
  done
}

# refused COMMAND...: the command must fail; prints what it said.
refused() {
  local said
  if said=$("$@" 2>&1); then fail "not refused: $*: $said"; fi
  printf '%s' "$said"
}

run_one_case() {
  local suite=$1 name=$2 folder begun spent result=0
  folder=$(mktemp -d)
  begun=$(date +%s%N)
  (cd "$folder" && timeout --kill-after=5 "$CASE_DEADLINE_S" "$CASES_SCRIPT" --case "$name") >"$folder/.said" 2>&1 || result=$?
  spent=$(((($(date +%s%N) - begun)) / 100000000))
  local line="$suite: ${name#test_}"
  line="${line//_/ } ($((spent / 10)).$((spent % 10)) s)"
  if [ "$result" = 0 ]; then
    echo "ok   $line"
  else
    [ "$result" != 124 ] || echo "did not end within $CASE_DEADLINE_S s" >>"$folder/.said"
    printf 'FAIL %s\n%s\n' "$line" "$(sed 's/^/     /' "$folder/.said" | tail -40)"
  fi
  rm -rf "$folder"
}

run_cases() {
  local suite=$1 lines failed passed
  if [ "$CASES_ARGUMENT" = --case ]; then
    set -eu -o pipefail
    "$CASES_NAME"
    exit 0
  fi
  if [ "$CASES_ARGUMENT" = --one ]; then run_one_case "$suite" "$CASES_NAME"; exit 0; fi
  lines=$(mktemp)
  declare -F | sed -n 's/^declare -f \(test_.*\)/\1/p' | { grep -E "${WHARF_TEST_FILTER:+${WHARF_TEST_FILTER// /_}}" || true; } |
    xargs -r -P "${CASES_PARALLEL:-4}" -I{} "$CASES_SCRIPT" --one {} | tee "$lines"
  passed=$(grep -c '^ok   ' "$lines" || true)
  failed=$(grep -c '^FAIL ' "$lines" || true)
  rm -f "$lines"
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

CASES_SCRIPT=$(realpath "$0") CASES_ARGUMENT=${1:-} CASES_NAME=${2:-}
