"""One finding of the doctor."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from crosswalk import exits
from crosswalk.errors import CrosswalkError


@dataclass(frozen=True)
class Check:
    """`status` is ok, warn or fail; `next` is what to type or do; `code` is the exit code that a failure means."""

    name: str
    status: str
    text: str
    next: str = ""
    code: int = exits.DONE

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def ok(name: str, text: str) -> Check:
    """Nothing to do."""
    return Check(name, "ok", text)


def warn(name: str, text: str, following: str) -> Check:
    """Something to know before it hurts."""
    return Check(name, "warn", text, following)


def fail(name: str, text: str, following: str, code: int) -> Check:
    """Something that stops a push."""
    return Check(name, "fail", text, following, code)


def guarded(name: str, checks: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """The checks; an error that ends them is a failed check with the error's own sentence."""
    try:
        yield from checks()
    except CrosswalkError as error:
        what, _, advice = str(error).rpartition(": ")
        yield fail(name, what or str(error), advice.strip() if what else "", error.code)
    except OSError as error:
        yield fail(
            name, f"{error.filename or name}: {error.strerror or error}", "see to the file", exits.LOCAL
        )
