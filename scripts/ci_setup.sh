#!/usr/bin/env bash
# Installs the system packages that the tests need: a PostgreSQL server (15 or newer) with its Python, which runs what Lambda runs for Redshift, Java 17 or
# newer, which Spark runs on, and Chromium, which looks at the report.
# It works on Debian and Ubuntu as root, or with sudo that asks for no password; elsewhere it says what to install. Where all
# is there, it does nothing.
set -euo pipefail

has_server() {
    command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

has_java() {
    command -v java >/dev/null || [ -x "${JAVA_HOME:-}/bin/java" ]
}

has_python() {
    compgen -G '/usr/lib/postgresql/*/lib/plpython3.so' >/dev/null || { command -v pg_config >/dev/null && [ -e "$(pg_config --pkglibdir)/plpython3.so" ]; }
}

has_browser() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

stop() {
    echo "The tests need a PostgreSQL server (15 or newer) with plpython3, Java (17 or newer) and Chromium, and $1: install them (the packages are called" \
        "postgresql, postgresql-plpython3-<version>, openjdk-17-jre-headless and chromium on Debian; postgresql@16, openjdk@17 and chromium with Homebrew)," \
        "then run this again." >&2
    exit 1
}

main() {
    if has_server && has_python && has_java && has_browser; then return; fi
    command -v apt-get >/dev/null || stop "there is no apt-get here to install them with"

    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || stop "only root can install packages here"
        as_root=(sudo -n)
    fi
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq
    # Where a release has another Java, its default one is new enough.
    has_java || "${as_root[@]}" apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless >/dev/null ||
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null
    has_browser || "${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium >/dev/null
    if ! has_server; then
        # The package would start a cluster of its own; the tests start theirs, so this one is not made.
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
        echo "create_main_cluster = false" | "${as_root[@]}" tee -a /etc/postgresql-common/createcluster.conf >/dev/null
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql >/dev/null
    fi
    if ! has_python; then
        local version
        version=$(ls /usr/lib/postgresql | sort -n | tail -1)
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends "postgresql-plpython3-$version" >/dev/null
    fi
    has_server && has_python && has_java && has_browser || stop "apt-get did not install them"
}

main "$@"
