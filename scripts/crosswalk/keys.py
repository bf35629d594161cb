"""The key of the hashed properties: in a private table of the warehouse, written by bind parameter, shown as a fingerprint.

What dbt renders stands in compiled SQL, the manifest and the log, so the key never passes through dbt's own text: the
models read it from the table `crosswalk_keys` of the target's schema.
"""

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from crosswalk.errors import ConfigError, CredentialsError
from crosswalk.key_tables import KeyTable, key_table_of
from crosswalk.profile import read_target
from crosswalk.redact import register
from crosswalk.settings import Environment

VARIABLE = "CROSSWALK_HASH_KEY"
_GENERATED_BYTES = 32
# A shorter one can be found by trying, from hashes of values that somebody knows.
WEAK_LENGTH = 16


@dataclass(frozen=True)
class KeySet:
    """What `set_key` did: `action` is written, unchanged or replaced; `origin` is environment or generated."""

    action: str
    origin: str
    fingerprint: str
    is_weak: bool


def fingerprint(key: str) -> str:
    """The first 8 hexadecimal digits of a SHA-256 that is made for nothing else."""
    return hashlib.sha256(b"crosswalk key fingerprint\n" + key.encode()).hexdigest()[:8]


def shown_fingerprint(project_dir: Path, profiles_dir: str | None, target: str | None) -> str:
    """The fingerprint of the key that the warehouse has, "" where it has none. Raises what the warehouse's class says."""
    key = _known(_table(project_dir, profiles_dir, target).read())
    return fingerprint(key) if key else ""


def set_key(project_dir: Path, profiles_dir: str | None, target: str | None, replace: bool) -> KeySet:
    """Write the key of the environment, or a new one of 32 random bytes where none is set and none is there.

    Raises ConfigError where another key is there and `replace` is false, CredentialsError for a key that was copied badly.
    """
    given = _given(project_dir)
    table = _table(project_dir, profiles_dir, target)
    present = _known(table.read())
    if present and (given == present or (not given and not replace)):
        return KeySet("unchanged", "environment" if given else "warehouse", fingerprint(present), False)
    if present and not replace:
        raise ConfigError(
            f"The warehouse has another key already (fingerprint {fingerprint(present)}): with a new one every hash changes, so "
            "that values and ids of what was sent before no longer match. To change it all the same, type "
            "`crosswalk keys set --replace`, then build everything again."
        )
    key = given or _known(secrets.token_hex(_GENERATED_BYTES))
    table.write(key)
    if table.read() != key:
        raise ConfigError("The key was written but is not there: run the same command again.")
    origin = "environment" if given else "generated"
    return KeySet("replaced" if present else "written", origin, fingerprint(key), len(key) < WEAK_LENGTH)


def _given(project_dir: Path) -> str:
    key = Environment(project_dir).secret(VARIABLE)
    try:
        key.encode()
    except UnicodeEncodeError as error:
        raise CredentialsError(f"{VARIABLE} is no UTF-8: copy it again and run the same command.") from error
    return _known(key)


def _known(key: str) -> str:
    """The key, kept out of whatever is printed from now on."""
    register(key)
    return key


def _table(project_dir: Path, profiles_dir: str | None, target: str | None) -> KeyTable:
    return key_table_of(read_target(project_dir, profiles_dir, target))
