"""All user profiles by the Engage query API: one snapshot, complete or not there.

Source: Mixpanel docs, query profiles (page 0 gives `session_id`; the pages after it name it; a page with fewer than
`page_size` results is the last one).
"""

import json
import urllib.parse
from dataclasses import dataclass
from typing import Any

from crosswalk.errors import UnavailableError
from crosswalk.extract.disk import check_free
from crosswalk.extract.gzip_writer import GzipWriter
from crosswalk.extract.http import BadBodyError, Client, Reply
from crosswalk.extract.landing import Landing, writing
from crosswalk.extract.meter import Meter
from crosswalk.extract.mixpanel_export import refusal
from crosswalk.output import log, plural

PATH = "/api/query/engage"
EXPECTED = frozenset({200, 400, 402})
_RESTARTS = 3
_PAGE_CAP = 256 << 20
_decode = json.JSONDecoder().raw_decode


class SnapshotLost(Exception):
    """The session came to an end, or its pages do not make up its total: begin again with a new one."""


@dataclass(frozen=True)
class Page:
    """One page: each profile as Mixpanel wrote it, and what the answer says about itself."""

    profiles: list[str]
    fields: dict[str, Any]


@dataclass(frozen=True)
class Profiles:
    """What landed: `file` is "" where the project has no profiles."""

    file: str
    rows: int
    sha256: str


def file_name(project_id: str) -> str:
    """The file of the profiles, as the variable mixpanel_profile_files looks for it."""
    return f"profiles/mixpanel_{project_id}_profiles.ndjson.gz"


def fetch_profiles(client: Client, landing: Landing, meter: Meter, project_id: str) -> Profiles:
    """Land all profiles. Raises UnavailableError where no snapshot could be had whole, Stopped and CrosswalkError."""
    for attempt in range(_RESTARTS + 1):
        try:
            return _snapshot(client, landing, meter, project_id)
        except SnapshotLost as error:
            reason = error
            if attempt < _RESTARTS:
                log.info(f"Mixpanel's list of profiles {error}: it is begun again")
    raise UnavailableError(
        f"Mixpanel's profiles could not be had whole {_RESTARTS + 1} times (the list {reason}): run the same command again "
        "later; no part of them was written."
    )


def _snapshot(client: Client, landing: Landing, meter: Meter, project_id: str) -> Profiles:
    part = landing.part("profiles")
    with writing(part) as file, GzipWriter(file) as packed:
        session, number = "", 0
        while True:
            page = _ask(client, project_id, session, number)
            session = session or str(page.fields.get("session_id") or "")
            text = "".join(f"{one}\n" for one in page.profiles).encode()
            check_free(landing.dest, 2 * len(text), "the next pages of profiles")
            packed.write(text)
            meter.done(
                f"profiles, page {number}", 0, f"profiles: {plural(packed.rows, 'row')}", len(page.profiles)
            )
            if len(page.profiles) < int(page.fields["page_size"]):
                break
            number += 1
        total = page.fields.get("total")
        if total is not None and total != packed.rows:
            raise SnapshotLost(f"had {packed.rows:,} profiles where it said {total:,}")
    if not packed.rows:
        part.unlink()
        return Profiles("", 0, packed.sha256())
    landing.land(part, file_name(project_id))
    return Profiles(file_name(project_id), packed.rows, packed.sha256())


def _ask(client: Client, project_id: str, session: str, number: int) -> Page:
    form = {"session_id": session, "page": number} if number else {"page": 0}

    def take(reply: Reply) -> Page:
        if reply.status == 400 and number:
            raise SnapshotLost(f"came to an end at page {number} ({reply.text() or 'status 400'})")
        if reply.status != 200:
            raise refusal(reply, "the profiles")
        page = read_page(_body(reply))
        if page.fields.get("page", number) != number:
            raise BadBodyError(f"page {page.fields['page']} came where page {number} was asked for")
        if session and page.fields.get("session_id", session) != session:
            raise SnapshotLost("was begun anew by Mixpanel")
        return page

    return client.fetch(
        PATH, {"project_id": project_id}, take, EXPECTED, body=urllib.parse.urlencode(form).encode()
    )


def _body(reply: Reply) -> str:
    data = b""
    for chunk in reply.chunks():
        data += chunk
        if len(data) > _PAGE_CAP:
            raise BadBodyError("a page of profiles is too large")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadBodyError("a page of profiles is no UTF-8") from error


def read_page(text: str) -> Page:
    """The page of a JSON text, with its results as they are written. Raises BadBodyError where it is no page."""
    try:
        page = _parsed(text)
    except (ValueError, IndexError, RecursionError) as error:
        raise BadBodyError("a page of profiles is no JSON") from error
    size = page.fields.get("page_size")
    if page.fields.get("error") or type(size) is not int or size < 1 or "results" not in page.fields:
        raise BadBodyError(f"a page of profiles is none ({str(page.fields)[:200]})")
    return page


def _parsed(text: str) -> Page:
    """Like json.loads for the object itself; numbers within profiles keep their digits, as nobody reads them."""
    fields: dict[str, Any] = {}
    profiles: list[str] = []
    at = _after(text, 0, "{")
    while text[at] != "}":
        name, at = _decode(text, at)
        at = _after(text, _skip(text, at), ":")
        if name == "results" and text[at] == "[":
            fields[name], at = True, _results(text, at, profiles)
        else:
            fields[name], at = _decode(text, at)
        at = _skip(text, at)
        if text[at] != "}":
            at = _after(text, at, ",")
    if text[at + 1 :].strip():
        raise ValueError
    return Page(profiles, fields)


def _results(text: str, at: int, profiles: list[str]) -> int:
    at = _after(text, at, "[")
    while text[at] != "]":
        _, end = _decode(text, at)
        # a line break in JSON stands between tokens only
        profiles.append(text[at:end].replace("\n", " ").replace("\r", " "))
        at = _skip(text, end)
        if text[at] != "]":
            at = _after(text, at, ",")
    return at + 1


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


def _after(text: str, at: int, sign: str) -> int:
    """The place of the next token behind a sign that has to stand here."""
    at = _skip(text, at)
    if text[at] != sign:
        raise ValueError
    return _skip(text, at + 1)
