"""What was found, by property and kind, with masked examples; and what to write into the variables."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from crosswalk.output import plural
from crosswalk.personal.evidence import KINDS, LABELS
from crosswalk.report.mask import masked

# A result of other rules is no result of these: a kept one is worked out anew.
RULES = 2
# What names people and groups: no list of properties reaches it.
IDS = frozenset(
    "distinct_id $distinct_id $user_id $device_id $anon_distinct_id alias $identified_id $anon_id $distinct_ids $group_key "
    "$group_id $insert_id user_id device_id $amplitude_user_id $amplitude_device_id $mixpanel_user_id $mixpanel_device_id "
    "$distinct_id_before_identity $groups".split()
)
_ENVELOPE = frozenset({"event", "uuid", "timestamp", "time"})


@dataclass(frozen=True)
class PersonalFinding:
    """Records in which a property holds personal data of a kind. `place`: in the `value`, or in the `name` itself.

    `what` says how it can be left out: `property`, or `id`, `event`, `name`, which no list of properties reaches. The
    example is masked, as is the name where it holds the data itself.
    """

    name: str
    kind: str
    records: int
    example: str
    place: str = "value"
    what: str = "property"


@dataclass(frozen=True)
class Personal:
    """All findings over so many records, those of most records first."""

    records: int
    findings: list[PersonalFinding] = field(default_factory=list)
    rules: int = RULES

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def properties(self) -> list[str]:
        """The names that `deny_properties` and `hash_properties` take, in order."""
        return sorted({one.name for one in self.findings if one.what == "property"})

    def line(self) -> str:
        """The line for dbt_project.yml, or ""."""
        names = ", ".join(_yaml(name) for name in self.properties())
        return f"deny_properties: [{names}]" if names else ""


def personal_of(content: dict[str, Any]) -> Personal:
    """The findings of a stored plan. Raises TypeError or KeyError where they have another shape."""
    return Personal(
        int(content["records"]),
        [PersonalFinding(**one) for one in content["findings"]],
        int(content["rules"]),
    )


def finding_text(one: PersonalFinding) -> str:
    """One finding in words: "email: 1,204 records hold an e-mail address (aaaa@aaaa.aa)"."""
    article = "an" if one.kind in ("email", "iban", "ip") else "a"
    hold = "holds" if one.records == 1 else "hold"
    where = f"the {one.what} {one.name}" if one.what != "name" else f"a property's name, {one.name}"
    return f"{where}: {plural(one.records, 'record')} {hold} {article} {LABELS[one.kind]}, like {one.example}"


class Counted(NamedTuple):
    """What some records hold: their number, and (name, place, kind, records, masked example) of each finding."""

    records: int
    found: list[tuple[str, str, str, int, str]]


class Tally:
    """Counts records by name, place and kind; the rows of a batch come in order."""

    def __init__(self) -> None:
        self.records = 0
        self._found: dict[tuple[str, str, str], list[Any]] = {}

    def count(self, name: str, place: str, kind: str, text: str, row: int) -> None:
        """One more place; several in one record count once."""
        # Names that hold the data are as many as there are people; one line stands for all of a shape.
        key = (str(masked(name)) if place == "name" else name, place, kind)
        entry = self._found.get(key)
        if entry is None:
            entry = self._found[key] = [0, -1, str(masked(text))]
        if entry[1] != row:
            entry[0] += 1
            entry[1] = row

    def end_batch(self) -> None:
        """Rows begin at 0 again."""
        for entry in self._found.values():
            entry[1] = -1

    def add(self, counted: Counted) -> None:
        """What somebody else counted in other records."""
        self.records += counted.records
        for name, place, kind, records, example in counted.found:
            entry = self._found.setdefault((name, place, kind), [0, -1, example])
            entry[0] += records

    def taken(self) -> Counted:
        """What was counted since it was taken last."""
        found = [(*key, entry[0], entry[2]) for key, entry in self._found.items()]
        counted = Counted(self.records, found)
        self.records, self._found = 0, {}
        return counted

    def result(self) -> Personal:
        """Findings, those of most records first."""
        findings = [
            PersonalFinding(name, kind, entry[0], entry[2], place, _what(name, place))
            for (name, place, kind), entry in self._found.items()
        ]
        findings.sort(key=lambda one: (-one.records, one.name, KINDS.index(one.kind), one.place))
        return Personal(self.records, findings)


def _what(name: str, place: str) -> str:
    if place == "name":
        return "name"
    if name in IDS:
        return "id"
    return "event" if name in _ENVELOPE else "property"


def _yaml(name: str) -> str:
    plain = name.replace("_", "").isalnum() and name.isascii() and not name[:1].isdigit()
    return name if plain else "'" + name.replace("'", "''") + "'"
