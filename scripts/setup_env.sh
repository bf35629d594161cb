#!/usr/bin/env bash
# Builds .venv: `setup_env.sh` for what running needs, `setup_env.sh dev` for what the tests need on top. `setup_env.sh spark`, `sail`, `databricks`, `snowflake`,
# `redshift` and `bigquery` build an environment of that name beside it (.venv-spark ...), since their packages have no room in the same one; Spark needs Java 17 or later.
# PYTHON chooses the interpreter. With nothing changed it returns at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
    local names=(python3 python3.13 python3.12 python3.11) name
    if [ -n "${PYTHON:-}" ]; then names=("$PYTHON"); fi
    for name in "${names[@]}"; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "Crosswalk needs Python 3.11, 3.12 or 3.13, found none as ${names[*]}: install one, or name it with PYTHON=/path/to/python." >&2
    return 1
}

install() {
    if command -v uv >/dev/null; then
        uv pip install --quiet --python "$venv/bin/python" "$@"
    else
        # Twice quiet: a pip.conf may name places that hold nothing of ours, and pip warns of each.
        # What a pip.conf may ask of other installs must not stop this one.
        PIP_USER=0 PIP_REQUIRE_HASHES=0 "$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check "$@"
    fi
}

# The files name every package, so nothing is left to resolve, and nothing is built from source.
install_pinned() {
    local file=$1
    shift
    install --require-hashes --no-deps --only-binary :all: "$@" -r "$file"
}

# The folder is part of it: a copied .venv points at where it was made.
fingerprint() {
    { pwd && cat "$@" pyproject.toml scripts/setup_env.sh; } | cksum
}

is_current() {
    [ -x "$venv/bin/python" ] && [ "$(cat "$1" 2>/dev/null)" = "$2" ]
}

make_env() {
    local python
    python=$(find_python)
    echo "Installing into $venv with $("$python" --version) ..."
    rm -rf "$venv"
    if command -v uv >/dev/null; then
        uv venv --quiet --python "$python" "$venv"
    elif ! "$python" -m venv "$venv"; then
        echo "$python cannot make virtual environments: install its venv module (python3-venv on Debian), or uv." >&2
        return 1
    fi
}

# An engine's own environment, from its own file.
engine() {
    local venv=.venv-$1 stamp=.venv-$1/setup.stamp current
    current=$(fingerprint "requirements-$1.txt")
    if is_current "$stamp" "$current"; then return; fi
    if [ "$1" = spark ] && ! command -v java >/dev/null && [ -z "${JAVA_HOME:-}" ]; then
        echo "Spark needs Java 17 or later: install it (openjdk-17-jre-headless on Debian), or set JAVA_HOME." >&2
        return 1
    fi
    make_env
    # pyspark and its client come as source only, which nothing has to be compiled for
    install_pinned "requirements-$1.txt" --no-binary pyspark --no-binary pyspark-client
    echo "$current" > "$stamp"
}

main() {
    local venv=.venv stamp=.venv/setup.stamp dev_stamp=.venv/dev.stamp current

    case "${1:-}" in
        spark | sail | databricks | snowflake | redshift | bigquery)
            engine "$1"
            return
            ;;
    esac

    current=$(fingerprint requirements.in requirements.txt)
    if ! is_current "$stamp" "$current"; then
        make_env
        install_pinned requirements.txt
        install --no-deps --no-build-isolation -e .
        echo "$current" > "$stamp"
    fi

    current=$(fingerprint requirements-dev.txt)
    if [ "${1:-}" = dev ] && ! is_current "$dev_stamp" "$current"; then
        echo "Installing what the tests need ..."
        install_pinned requirements-dev.txt
        echo "$current" > "$dev_stamp"
    fi

    if [ ! -e profiles.yml ]; then
        cp profiles.example.yml profiles.yml
        echo "Copied profiles.example.yml to profiles.yml."
    fi
}

main "$@"
