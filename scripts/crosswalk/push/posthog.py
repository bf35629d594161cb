"""PostHog: /batch/ with historical_migration, days oldest first.

Sources: PostHog docs, api/capture and migrate; PostHog's capture service (gzip by its magic bytes, one bad event fails
the whole request, quota_limited within a 200).
"""

import json

from crosswalk.errors import UnavailableError
from crosswalk.push.retry import POSTHOG_POLICY
from crosswalk.push.rows import Rows, joined
from crosswalk.push.vendor import Request, Vendor, packed
from crosswalk.push.verdict import Answer, Kind, Verdict
from crosswalk.settings import PostHogSettings


class PostHog(Vendor):
    """A PostHog project."""

    name = "posthog"
    label = "PostHog"
    policy = POSTHOG_POLICY
    ordered_days = True
    credential_names = "POSTHOG_PROJECT_API_KEY"
    address_names = "--region or POSTHOG_URL"

    def __init__(self, settings: PostHogSettings) -> None:
        self.url = settings.url
        self._key = settings.api_key
        self._head = (
            b'{"api_key":' + json.dumps(settings.api_key).encode() + b',"historical_migration":true,"batch":['
        )

    def identity(self) -> str:
        """The project API key."""
        return self._key

    def project(self) -> str:
        """Not known: the key names the project."""
        return ""

    def check_endpoints(self, endpoints: set[str]) -> None:
        """One key is enough for everything."""

    def request(self, endpoint: str, rows: Rows) -> Request:
        """A gzipped batch, never with `sent_at`: PostHog would shift every event by its age."""
        body = packed(self._head, *joined(rows), b"]}")
        return Request("/batch/", body, {"Content-Type": "application/json", "Content-Encoding": "gzip"})

    def judge(self, endpoint: str, records: int, answer: Answer) -> Verdict:
        """A 400 says only that some event is bad; a 200 can say that the quota is used up and the events are gone."""
        if answer.status == 400:
            return Verdict(Kind.SPLIT, 400, "refused", answer.text())
        if answer.status != 200:
            return self.judge_status(answer)
        body = answer.parsed()
        if isinstance(body, dict) and body.get("quota_limited"):
            stop = UnavailableError(
                "PostHog drops what is sent, because the project's quota is used up: raise the billing limit, then run "
                "the same command again."
            )
            return Verdict(Kind.STOP, 200, "quota", answer.text(), stop=stop)
        status = body.get("status") if isinstance(body, dict) else body
        if status in (1, "Ok"):
            return Verdict(Kind.ACCEPTED, 200)
        return Verdict(Kind.RETRY, 200, "unreadable_answer", answer.text(), ambiguous=True)
