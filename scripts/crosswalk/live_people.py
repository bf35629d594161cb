"""Does the destination project already have live people? The answer decides how people are best written."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crosswalk.files import write_private

ANSWERS = ("yes", "no", "unknown")
QUESTION = "Does the {label} project already have live people, whose properties are up to date? [yes/no, Enter: unknown] "
_FILE = "live_people.json"


@dataclass(frozen=True)
class LivePeople:
    """The answer, where it comes from (`flag`, `asked`, `remembered`, `default`), and what follows from it."""

    answer: str
    origin: str
    advice: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def remembered(state_dir: Path, key: str) -> str | None:
    """The answer that was given for this destination before; a damaged file counts as none."""
    found = _read(state_dir).get(key)
    return found if found in ANSWERS else None


def remember(state_dir: Path, key: str, answer: str) -> None:
    """Keep an answer. Raises LocalError."""
    content = _read(state_dir) | {key: answer}
    write_private(state_dir / _FILE, json.dumps(content, indent=1, sort_keys=True) + "\n")


def advice(destination: str, answer: str, mode: str) -> str:
    """What to set, and why; `mode` is what posthog_person_properties is now.

    PostHog applies `$set` in the order in which it comes in, whatever the time of the event, so that history overwrites what
    is newer; `$set_once` looks only whether there is a value (PostHog docs, product-analytics/person-properties; issue 37000
    of PostHog/posthog). Mixpanel's `$set` overwrites likewise (Mixpanel docs, reference/profile-set).
    """
    return _mixpanel(answer) if destination == "mixpanel" else _posthog(answer, mode)


def _posthog(answer: str, mode: str) -> str:
    once = "PostHog applies $set as it comes in, so history would overwrite newer values of live people; $set_once does not"
    latest = (
        "each person's latest values go out once, and no older value of an event can come after a newer one"
    )
    if answer == "yes":
        if mode in ("once", "none"):
            return f"posthog_person_properties: {mode} is set, which leaves the values of live people as they are."
        return f"Set posthog_person_properties: once ({mode} now): {once}."
    if answer == "no":
        if mode == "latest":
            return f"posthog_person_properties: latest is set: {latest}."
        return f"Set posthog_person_properties: latest ({mode} now): {latest}."
    return f"With live people set posthog_person_properties: once ({once}); without any: latest ({latest})."


def _mixpanel(answer: str) -> str:
    overwrites = "profiles are sent with $set, which overwrites what live people have; what is first-touch goes in $set_once"
    if answer == "yes":
        return (
            f"{overwrites[0].upper()}{overwrites[1:]}. There is no variable for it: use a new, empty project, or hand the column "
            "properties_once of mixpanel_user_profiles over yourself."
        )
    if answer == "no":
        return "Nothing to set: there are no live profiles that $set could overwrite."
    return f"With live people take care: {overwrites}. In a new, empty project there is nothing to overwrite."


def _read(state_dir: Path) -> dict[str, str]:
    try:
        content = json.loads((state_dir / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
