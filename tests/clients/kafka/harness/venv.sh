# Sourced by suites of Python clients.
#   venv_of REQUIREMENTS   the folder of a Python with exactly these packages, made once for each such file

venv_of() {
  local requirements=$1 cache=${WHARF_CACHE:-$HOME/.cache/wharf-tests}
  local venv=$cache/python-$(sha256sum "$requirements" | cut -c1-12)
  mkdir -p "$cache" || return
  (
    flock 9 || exit  # two runs at once must not install into one folder
    [ -e "$venv/.complete" ] || {  # in "$(...)" an error ends nothing by itself
      python3 -m venv "$venv" >&2 &&
        "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$requirements" >&2 &&
        touch "$venv/.complete"
    }
  ) 9>"$venv.lock" || return
  echo "$venv"
}
