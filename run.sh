#!/bin/sh
# The one door to this project.
#   ./run.sh             set up, then run the wire: poll, judge, publish, serve
#   ./run.sh test        set up, then run every check
#   ./run.sh COMMAND …   set up, then run any moonwire command, e.g. ./run.sh demo
# Needs Python 3.11 or newer and, the first time, a package index. A second run skips the set-up.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
venv="$here/.venv"

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
        [ -n "$name" ] || continue
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys, venv, ensurepip; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    say "run.sh: no Python 3.11 or newer with its venv module was found; install one (Debian: apt install python3 python3-venv) or name it in PYTHON."
    return 1
}

# set_up EXTRAS: makes .venv and installs the project into it, unless that very set-up is there already
set_up() {
    python=$(find_python) || exit 1
    want=$("$python" - "$here/pyproject.toml" "$here" "$1" <<'PY'
import hashlib, sys
body = open(sys.argv[1], "rb").read()
print(hashlib.sha256(body + repr((sys.version_info[:3], sys.argv[2:])).encode()).hexdigest())
PY
)
    stamp="$venv/.set-up-with${1:+-dev}"
    [ "$(cat "$stamp" 2>/dev/null || true)" = "$want" ] && return 0
    say "Setting up in .venv (once; a minute or two) …"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$here${1:+[$1]}"
    printf '%s\n' "$want" >"$stamp"
}

# Programs that some checks drive; where they are absent, those checks say that they were skipped.
debian_packages() {
    [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
    missing=
    for pair in newsboat:newsboat sfeed:sfeed_update chromium:chromium sqlite3:sqlite3; do
        command -v "${pair#*:}" >/dev/null 2>&1 || missing="$missing ${pair%%:*}"
    done
    [ -n "$missing" ] || return 0
    say "Installing$missing for the checks that drive them …"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # one word per package
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 ||
        say "They could not be installed: the checks that need them will say so."
}

step() {
    say "── $1"
    shift
    "$@"
}

checks() {
    cd "$here"
    rm -f .coverage .coverage.*
    step "style" "$venv/bin/ruff" check .
    step "format" "$venv/bin/ruff" format --check .
    step "types" "$venv/bin/mypy"
    step "imports" "$venv/bin/lint-imports"
    step "tests" "$venv/bin/coverage" run -m pytest -n 2 --dist worksteal "$@"
    "$venv/bin/coverage" combine --quiet
    step "coverage" "$venv/bin/coverage" report
    step "coverage of the pure core" "$venv/bin/python" tests/coverage_gate.py
}

case "${1:-}" in
test)
    shift
    set_up dev
    debian_packages
    checks "$@"
    ;;
*)
    set_up ""
    [ $# -gt 0 ] || set -- run
    exec "$venv/bin/moonwire" "$@"
    ;;
esac
