#!/usr/bin/env bash
# Installs the system packages that the tests need. So far none: Python 3.11 and make are enough.
set -euo pipefail
