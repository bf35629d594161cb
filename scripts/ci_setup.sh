#!/usr/bin/env bash
# Installs the system packages that the tests need: a PostgreSQL server (15 or newer). It works on Debian and Ubuntu as
# root, or with sudo that asks for no password; elsewhere it says what to install. Where a server is there, it does nothing.
set -euo pipefail

has_server() {
    command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

stop() {
    echo "The tests need a PostgreSQL server (15 or newer), and $1: install it (the package is called postgresql on Debian," \
        "Ubuntu and Fedora, postgresql@16 with Homebrew), then run this again." >&2
    exit 1
}

main() {
    if has_server; then return; fi
    command -v apt-get >/dev/null || stop "there is no apt-get here to install it with"

    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || stop "only root can install packages here"
        as_root=(sudo -n)
    fi
    # The package would start a cluster of its own; the tests start theirs, so this one is not made.
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
    echo "create_main_cluster = false" | "${as_root[@]}" tee -a /etc/postgresql-common/createcluster.conf >/dev/null
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql >/dev/null
    has_server || stop "apt-get installed none"
}

main "$@"
