"""What `push` asks of a destination; one class a vendor, and nothing else knows a vendor's rules."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosswalk.errors import ConfigError, CredentialsError, UnavailableError
from crosswalk.push.retry import RetryPolicy
from crosswalk.push.verdict import Answer, Kind, Verdict

if TYPE_CHECKING:
    from crosswalk.push.rows import Rows

# gzip at isal's fastest level: 1.2 s a million events where zlib's level 6 takes 12.
GZIP_LEVEL = 1
_GZIP = 31  # zlib's number for a gzip header and trailer
_WINDOW_BYTES = 131_072


@dataclass(frozen=True)
class Request:
    """One POST: path with query, body as it goes over the wire, headers of its own."""

    path: str
    body: bytes
    headers: Mapping[str, str]


def packed(*pieces: "bytes | memoryview") -> bytes:
    """The pieces, one after another, as one gzip stream; the same text makes the same bytes, however it is cut."""
    from isal import isal_zlib

    stream = isal_zlib.compressobj(GZIP_LEVEL, wbits=_GZIP)
    return b"".join([*map(stream.compress, _windows(pieces)), stream.flush()])


def _windows(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """The text in windows of one size: where isal is given it in other portions, it makes other bytes."""
    begun = b""
    for piece in pieces:
        view = memoryview(piece)
        if begun:
            room = _WINDOW_BYTES - len(begun)
            begun += view[:room]
            view = view[room:]
            if len(begun) < _WINDOW_BYTES:
                continue
            yield begun
        whole = len(view) - len(view) % _WINDOW_BYTES
        for start in range(0, whole, _WINDOW_BYTES):
            yield view[start : start + _WINDOW_BYTES]
        begun = bytes(view[whole:])
    yield begun


class Vendor(ABC):
    """A destination project with its address and credentials."""

    name: str
    label: str
    url: str
    policy: RetryPolicy
    ordered_days: bool
    credential_names: str
    address_names: str

    @abstractmethod
    def identity(self) -> str:
        """The text that stands for the destination project; it holds a credential, so it is only ever hashed."""

    @abstractmethod
    def project(self) -> str:
        """The project's id for people, or "" where it is not known; never a credential."""

    def project_signs_in(self) -> bool:
        """Whether requests name the project by its id, whatever token there is."""
        return False

    @abstractmethod
    def check_endpoints(self, endpoints: set[str]) -> None:
        """Raises CredentialsError where an endpoint needs a credential that is not set."""

    @abstractmethod
    def request(self, endpoint: str, rows: "Rows") -> Request:
        """The request that sends these rows; the same rows make the same bytes."""

    @abstractmethod
    def judge(self, endpoint: str, records: int, answer: Answer) -> Verdict:
        """What the answer means for the `records` that were sent."""

    def judge_status(self, answer: Answer) -> Verdict:
        """The statuses that mean the same at every vendor."""
        status, text = answer.status, answer.text()
        retry_after = answer.retry_after()
        where = f"{self.label} at {self.url}"
        if status in (401, 403):
            stop: Exception = CredentialsError(
                f"{self.label} refused the credentials ({status}: {text}): check {self.credential_names} and "
                f"{self.address_names}, then run the same command again."
            )
            return Verdict(Kind.STOP, status, "credentials", text, stop=stop)
        if status == 413:
            return Verdict(Kind.SPLIT, status, "too_large", text)
        if status == 429:
            return Verdict(
                Kind.RETRY, status, "rate_limited", text, retry_after=retry_after, rate_limited=True
            )
        if status == 408 or status >= 500:
            return Verdict(Kind.RETRY, status, "unavailable", text, retry_after=retry_after, ambiguous=True)
        if 300 <= status < 400 or status in (404, 405):
            stop = ConfigError(
                f"{where} does not take data (status {status}, redirects are not followed): "
                f"check {self.address_names}, then run the same command again."
            )
            return Verdict(Kind.STOP, status, "address", text, stop=stop)
        stop = UnavailableError(
            f"{where} answered {status} ({text}): clear that up with the vendor, then run the same command again."
        )
        return Verdict(Kind.STOP, status, "unexpected", text, stop=stop)
