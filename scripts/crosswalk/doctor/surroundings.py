"""Profile, warehouse, payload relations, credentials and regions."""

import stat
from collections.abc import Iterator
from pathlib import Path

from crosswalk.doctor.check import Check, fail, guarded, ok, warn
from crosswalk.errors import ConfigError, CredentialsError
from crosswalk.output import count, plural
from crosswalk.profile import read_target
from crosswalk.settings import SECRETS, Environment, mixpanel_settings, posthog_settings
from crosswalk.warehouse import Warehouse, warehouse_of

_ADDRESSES = {"mixpanel": "MIXPANEL_API_URL", "posthog": "POSTHOG_URL"}


def warehouse_checks(
    project_dir: Path, profiles_dir: str | None, target: str | None, scratch: Path
) -> Iterator[Check]:
    """Can the payloads be read, and how many are there."""

    def checks() -> Iterator[Check]:
        found = read_target(project_dir, profiles_dir, target)
        yield ok("profile", f"target {found.name}, {found.adapter}, schema {found.schema}")
        source = warehouse_of(found, scratch)
        source.query("select 1 as one")
        yield ok("warehouse", "can be read")
        for destination in _ADDRESSES:
            yield _payloads(source, destination)

    yield from guarded("warehouse", checks)


def _payloads(source: Warehouse, destination: str) -> Check:
    name = f"{destination}_payloads"
    try:
        rows = source.query(f"select count(*) as n from {source.payloads(destination)}")[0]["n"]
    except ConfigError:
        return warn(name, "is not built", f"if {destination} is a destination: dbt build")
    if not rows:
        return warn(name, "has no records", "look at audit_route_counts for what became of the rows")
    return ok(name, plural(rows, "record"))


def environment_checks(project_dir: Path, region: str | None = None) -> Iterator[Check]:
    """Which credentials are set, never their values, and where they lead to."""

    def checks() -> Iterator[Check]:
        environment = Environment(project_dir)
        names = [name for name in SECRETS if environment.get(name)]
        yield (
            ok("credentials", f"set: {', '.join(names)}")
            if names
            else warn(
                "credentials", "none is set", "put them into the environment or the project's .env file"
            )
        )
        yield from _env_file(project_dir / ".env")
        for destination in _ADDRESSES:
            yield _destination(environment, destination, region)

    yield from guarded("credentials", checks)


def _env_file(path: Path) -> Iterator[Check]:
    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield warn(".env", "can be read by other users of this machine", f"chmod 600 {path}")


def _destination(environment: Environment, destination: str, region: str | None) -> Check:
    """Whether a push to it could sign in, as far as this can be told without asking the vendor."""
    read = mixpanel_settings if destination == "mixpanel" else posthog_settings
    prefix = destination.upper()
    if not any(environment.get(name) for name in SECRETS if name.startswith(prefix)):
        return ok(destination, "no credentials, so no destination from here")
    try:
        settings = read(environment, region)
    except CredentialsError as error:
        return fail(destination, str(error).rpartition(": ")[0], "correct the credential", error.code)
    except ConfigError as error:
        following = f"set {prefix}_REGION or {_ADDRESSES[destination]}, or give --region with each push"
        return warn(destination, str(error).partition(":")[0], following)
    return ok(destination, f"sends to {settings.url}")


def disk_check(folder: Path, records: int) -> Check:
    """Room for the account of all records."""
    import shutil

    from crosswalk.errors import LocalError
    from crosswalk.output import size
    from crosswalk.push.sending import require_space

    free = shutil.disk_usage(folder).free
    try:
        require_space(folder, records)
    except LocalError as error:
        return fail("disk", str(error).rpartition(": ")[0], "free space", error.code)
    return ok("disk", f"{size(free)} free, enough to keep account of {count(records)} records")
