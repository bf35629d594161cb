"""`crosswalk keys`: the key of the hashed properties, set in the warehouse and shown as a fingerprint only."""

import argparse

from crosswalk import exits
from crosswalk.commands.common import project_dir

HELP = "set the key of the hashed properties in the warehouse, or show its fingerprint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own flags; the key itself is never one."""
    parser.add_argument(
        "action",
        choices=("set", "show"),
        help="set: write CROSSWALK_HASH_KEY, or a new random key where it is not set; show: the fingerprint",
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="with set: put a new key in the place of the old; every hash changes",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Set or show; raises ConfigError where there is no key to show."""
    return _set(arguments) if arguments.action == "set" else _show(arguments)


def _show(arguments: argparse.Namespace) -> int:
    from crosswalk.errors import ConfigError
    from crosswalk.keys import shown_fingerprint
    from crosswalk.output import json_line, say

    found = shown_fingerprint(project_dir(arguments), arguments.profiles_dir, arguments.target)
    if not found:
        raise ConfigError("The warehouse has no key: type `crosswalk keys set`.")
    if arguments.json:
        json_line({"type": "key", "name": "hash", "action": "shown", "fingerprint": found})
    else:
        say(f"The key has the fingerprint {found}.")
    return exits.DONE


def _set(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from crosswalk.keys import VARIABLE, WEAK_LENGTH, set_key
    from crosswalk.output import json_line, log, say

    done = set_key(project_dir(arguments), arguments.profiles_dir, arguments.target, arguments.replace)
    if done.is_weak:
        log.warning(
            f"{VARIABLE} has fewer than {WEAK_LENGTH} characters: whoever has the hashes can find it by trying."
        )
    if arguments.json:
        json_line({"type": "key", "name": "hash", **asdict(done)})
        return exits.DONE
    if done.action == "unchanged":
        say(f"The warehouse has this key already, fingerprint {done.fingerprint}.")
        return exits.DONE
    say(f"The key is {done.action}, fingerprint {done.fingerprint}.")
    if done.origin == "generated":
        say(
            "It is a new one and stands nowhere else: keep a copy of the table crosswalk_keys, or set your own key by "
            f"{VARIABLE}."
        )
    if done.action == "replaced":
        say("Every hash changes: build everything again; what was sent before no longer matches.")
    say("Next: dbt build")
    return exits.DONE
