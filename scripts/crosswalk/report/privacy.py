"""What the report says of people's data: what is left out or hashed, where it goes, what was found all the same."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from crosswalk.report.book import Book, Row
from crosswalk.report.settings_page import Setting

_HOSTS = {"eu": "the European Union", "us": "the United States", "in": "India"}


@dataclass(frozen=True)
class Privacy:
    """Names that are left out and hashed, the residency, how many hash keys there are (None: none is needed), and the
    line that leaves out what was found."""

    denied: list[str]
    hashed: list[str]
    region: str
    keys: int | None
    looked_at: bool
    line: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def privacy(book: Book, project: Row, settings: dict[str, list[Setting]], destination: str) -> Privacy:
    """From the variables as they hold, the environment, the ledger's project and the plan."""
    variables = {one.name: one.value for one in settings.get("variables", [])}
    environment = {one.name: one.value for one in settings.get("environment", [])}
    looked_at = book.rows("personal_looked_at")
    return Privacy(
        denied=_names(variables.get("deny_properties", "")),
        hashed=_names(variables.get("hash_properties", "")),
        region=_region(str(project.get("host") or ""), environment, destination),
        keys=len(book.rows("keys")) if "keys" in book.queries else None,
        looked_at=bool(looked_at),
        line=str(looked_at[0]["line"]) if looked_at else "",
    )


def hashes(settings: dict[str, list[Setting]]) -> bool:
    """Whether the variables ask for hashed properties, which needs a key."""
    return any(one.name == "hash_properties" and _names(one.value) for one in settings.get("variables", []))


def _names(value: str) -> list[str]:
    try:
        found = json.loads(value or "[]")
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def _region(host: str, environment: dict[str, str], destination: str) -> str:
    """Where the data lives: by the host that was sent to, else by the variable."""
    vendor = destination.upper()
    for part, name in _HOSTS.items():
        if f"://{part}." in host or f"-{part}." in host:
            return name
    if host:
        return _HOSTS["us"] if host.endswith("api.mixpanel.com") else f"the server {host}"
    chosen = environment.get(f"{vendor}_REGION", "").lower()
    address = environment.get(f"{vendor}_URL") or environment.get(f"{vendor}_API_URL") or ""
    return f"the server {address}" if address else _HOSTS.get(chosen, "not chosen yet")
