"""What a text may hold, and under which names it counts."""

from collections.abc import Collection
from enum import Enum
from typing import NamedTuple

from crosswalk.personal.names import Hints

KINDS = ("email", "phone", "card", "iban", "ip", "token")
LABELS = {
    "email": "e-mail address",
    "phone": "phone number",
    "card": "card number",
    "iban": "IBAN",
    "ip": "IP address",
    "token": "token or key",
}


class Certainty(Enum):
    """How far a text speaks for itself."""

    SURE = "under any name"
    LIKELY = "unless the name says that it is something else: an order number, a version, a time"
    TOLD = "only where the name says so"


class Evidence(NamedTuple):
    """One place in a text: `kind` of KINDS, how certain it is, and the very characters (never shown unmasked)."""

    kind: str
    certainty: Certainty
    text: str


def decided(found: Collection[Evidence], hints: Hints) -> dict[str, str]:
    """Kind to the first text of it, under a property of these hints."""
    told = {one.text for one in found if one.certainty is Certainty.TOLD and one.kind in hints.kinds}
    kinds: dict[str, str] = {}
    for kind, certainty, text in found:
        if certainty is Certainty.TOLD and kind not in hints.kinds:
            continue
        if certainty is Certainty.LIKELY and (
            kind in hints.others or (text in told and kind not in hints.kinds)
        ):
            continue
        kinds.setdefault(kind, text)
    return kinds
