#!/usr/bin/env bash
# Runs the checks one after another, to the end, and fails if one of them failed: `test.sh lint`, `test.sh all`.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PWD/.venv/bin:$PATH"

failed=""

step() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed="${failed:+$failed, }$name"
}

step "ruff check" ruff check --output-format concise .
step "ruff format" ruff format --check --output-format concise .
step "mypy" mypy
step "sqlfluff" sqlfluff lint --processes 0 models tests

if [ -n "$failed" ]; then printf '\nFailed so far: %s\n' "$failed"; fi
if [ "${1:-all}" = all ]; then step "pytest" pytest --numprocesses "${WORKERS:-2}" --dist loadfile --durations 25; fi

[ -z "$failed" ]
