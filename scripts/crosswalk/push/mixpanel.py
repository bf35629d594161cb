"""Mixpanel: /import for events, /engage for people, /groups for groups.

Sources: Mixpanel docs, reference/import-events (transport, answers), reference/profile-set (no gzip, 200 can mean
failure), OpenAPI ingestion (query parameters).
"""

import base64
import json
from typing import Any

from crosswalk.errors import CountsError, CredentialsError
from crosswalk.push.retry import MIXPANEL_POLICY
from crosswalk.push.rows import Rows, joined
from crosswalk.push.vendor import Request, Vendor, packed
from crosswalk.push.verdict import Answer, Kind, Verdict
from crosswalk.settings import MixpanelSettings


class Mixpanel(Vendor):
    """A Mixpanel project."""

    name = "mixpanel"
    label = "Mixpanel"
    policy = MIXPANEL_POLICY
    ordered_days = False
    address_names = "--region or MIXPANEL_API_URL"

    def __init__(self, settings: MixpanelSettings) -> None:
        self.url = settings.url
        self._settings = settings
        if settings.account:
            self.credential_names = (
                "MIXPANEL_SERVICE_ACCOUNT, MIXPANEL_SERVICE_SECRET and MIXPANEL_PROJECT_ID"
            )
            user = f"{settings.account}:{settings.account_secret}"
            self._import_path = f"/import?strict=1&project_id={settings.project_id}"
        else:
            self.credential_names = "MIXPANEL_PROJECT_TOKEN"
            user = f"{settings.token}:"
            self._import_path = "/import?strict=1"
        self._authorization = "Basic " + base64.b64encode(user.encode()).decode()
        self._splice = b'{"$token":' + json.dumps(settings.token).encode() + b","

    def identity(self) -> str:
        """The token names the project; where there is none, the project id does."""
        return self._settings.token or self._settings.project_id

    def project(self) -> str:
        """MIXPANEL_PROJECT_ID, if set."""
        return self._settings.project_id

    def project_signs_in(self) -> bool:
        """A service account comes with the project's id."""
        return bool(self._settings.account)

    def check_endpoints(self, endpoints: set[str]) -> None:
        """Profiles and groups carry the token in each record. Raises CredentialsError."""
        if endpoints & {"engage", "groups"} and not self._settings.token:
            raise CredentialsError(
                "MIXPANEL_PROJECT_TOKEN is not set, and profiles and groups need it (a service account is for events "
                "only): put it in the environment or in the project's .env file and run the same command again."
            )

    def request(self, endpoint: str, rows: Rows) -> Request:
        """Events as a gzipped JSON array; profiles and groups plain, with the token spliced into each record."""
        if endpoint == "import":
            body = packed(b"[", *joined(rows), b"]")
            headers = {"Content-Encoding": "gzip", "Authorization": self._authorization}
            return Request(self._import_path, body, {"Content-Type": "application/json", **headers})
        lines = rows.column("line").to_pylist()
        body = b"[" + b"".join(self._splice + line[1:].encode() for line in lines)[:-1] + b"]"
        return Request(f"/{endpoint}?ip=0&strict=1&verbose=1", body, {"Content-Type": "application/json"})

    def judge(self, endpoint: str, records: int, answer: Answer) -> Verdict:
        """Read status and body together; an unreadable body with 200 settles nothing."""
        if answer.status not in (200, 400):
            return self.judge_status(answer)
        body = answer.parsed()
        if answer.status == 400:
            return _judge_400(records, body if isinstance(body, dict) else {}, answer)
        if endpoint == "import":
            return self._judge_import(records, body, answer)
        return self._judge_profiles(records, body, answer)

    def _judge_import(self, records: int, body: Any, answer: Answer) -> Verdict:
        imported = body.get("num_records_imported") if isinstance(body, dict) else None
        if imported == records:
            return Verdict(Kind.ACCEPTED, 200)
        if imported is None:
            return Verdict(Kind.RETRY, 200, "unreadable_answer", answer.text(), ambiguous=True)
        return self._miscounted(records, imported, answer)

    def _judge_profiles(self, records: int, body: Any, answer: Answer) -> Verdict:
        """`1`, `0` or an object, all with 200 (Mixpanel docs, reference/profile-set)."""
        if isinstance(body, dict):
            good = body.get("num_good_events", body.get("num_records_imported", records))
            if body.get("error") or body.get("status") not in (1, "OK"):
                return Verdict(Kind.SPLIT, 200, "refused", str(body.get("error") or answer.text()))
            return Verdict(Kind.ACCEPTED, 200) if good == records else self._miscounted(records, good, answer)
        if body == 1 and body is not True:
            return Verdict(Kind.ACCEPTED, 200)
        if body == 0 and body is not False:
            return Verdict(Kind.SPLIT, 200, "refused", "0")
        return Verdict(Kind.RETRY, 200, "unreadable_answer", answer.text(), ambiguous=True)

    def _miscounted(self, records: int, counted: object, answer: Answer) -> Verdict:
        stop = CountsError(
            f"Mixpanel answered 200 but counts {counted} of {records} records: nothing is marked as sent; look at the "
            "project's Events page, then run the same command again (what is there already is not counted twice)."
        )
        return Verdict(Kind.RETRY, 200, "miscounted", answer.text(), ambiguous=True, stop=stop, attempts=2)


def _judge_400(records: int, body: dict[str, Any], answer: Answer) -> Verdict:
    """The listed records failed and the others are in; a list that makes no sense means halving.

    A batch with an identity verb comes back with strings for records (seen live, documented nowhere).
    """
    failed: dict[int, str] = {}
    listed = body.get("failed_records")
    for entry in listed if isinstance(listed, list) else []:
        index = entry.get("index") if isinstance(entry, dict) else None
        if type(index) is not int or not 0 <= index < records:
            return Verdict(Kind.SPLIT, 400, "refused", answer.text())
        failed[index] = f"{entry.get('field', '')}: {entry.get('message', '')}".strip(": ")
    imported = body.get("num_records_imported", records - len(failed))
    if not failed or imported != records - len(failed):
        return Verdict(Kind.SPLIT, 400, "refused", str(body.get("error") or answer.text()))
    return Verdict(Kind.PARTIAL, 400, "refused", answer.text(), failed=failed)
