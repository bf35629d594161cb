"""Where to send and with which credentials, from the environment or a `.env` file in the project folder.

Secrets are never flags: a flag stands in `ps` and in the shell's history. There is no default region: data sent to the
wrong residency is lost (Mixpanel docs, reference/overview: "Wrong residency host").
"""

import ipaddress
import os
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crosswalk.errors import ConfigError, CredentialsError
from crosswalk.redact import register

# Mixpanel docs, reference/overview; PostHog docs, api/capture.
MIXPANEL_HOSTS = {
    "us": "https://api.mixpanel.com",
    "eu": "https://api-eu.mixpanel.com",
    "in": "https://api-in.mixpanel.com",
}
# Mixpanel docs, raw event export and query API (OpenAPI servers).
MIXPANEL_DATA_HOSTS = {
    "us": "https://data.mixpanel.com",
    "eu": "https://data-eu.mixpanel.com",
    "in": "https://data-in.mixpanel.com",
}
MIXPANEL_QUERY_HOSTS = {
    "us": "https://mixpanel.com",
    "eu": "https://eu.mixpanel.com",
    "in": "https://in.mixpanel.com",
}
# Amplitude docs, Export API: "analytics.amplitude.com" is the web app and no API.
AMPLITUDE_HOSTS = {"us": "https://amplitude.com", "eu": "https://analytics.eu.amplitude.com"}
POSTHOG_HOSTS = {"us": "https://us.i.posthog.com", "eu": "https://eu.i.posthog.com"}
# PostHog docs, api/overview: private endpoints are at the app's host, sending is not.
POSTHOG_APP_HOSTS = {"us": "https://us.posthog.com", "eu": "https://eu.posthog.com"}
REGIONS = ("us", "eu", "in")
# All variables that hold a credential; their values are kept out of every text, whichever command runs.
SECRETS = (
    "AMPLITUDE_API_KEY",
    "AMPLITUDE_SECRET_KEY",
    "MIXPANEL_PROJECT_TOKEN",
    "MIXPANEL_SERVICE_ACCOUNT",
    "MIXPANEL_SERVICE_SECRET",
    "POSTHOG_PROJECT_API_KEY",
    "POSTHOG_PERSONAL_API_KEY",
    "CROSSWALK_HASH_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)


@dataclass(frozen=True)
class MixpanelSettings:
    """A Mixpanel project: a token, a service account with a project id, or both."""

    url: str
    token: str = field(default="", repr=False)
    account: str = field(default="", repr=False)
    account_secret: str = field(default="", repr=False)
    project_id: str = ""


@dataclass(frozen=True)
class MixpanelExportSettings:
    """A Mixpanel project to read from, by a service account; `query_url` is "" where no profiles are wanted."""

    data_url: str
    query_url: str
    project_id: str
    account: str = field(repr=False)
    account_secret: str = field(repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True)
class PostHogSettings:
    """A PostHog project, named by its project API key."""

    url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True)
class PostHogQuerySettings:
    """A PostHog project to read from, by a personal API key; `url` is the app's and not the ingestion's."""

    url: str
    project_id: str
    personal_key: str = field(repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True)
class AmplitudeSettings:
    """An Amplitude project, named by its API key; the secret key signs in."""

    url: str
    api_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    ca_file: Path | None = None


class Environment(Mapping[str, str]):
    """The process environment over the project's `.env` file; blank values count as absent."""

    def __init__(self, project_dir: Path) -> None:
        values = read_env_file(project_dir / ".env") | dict(os.environ)
        self._values = {name: value.strip() for name, value in values.items() if value.strip()}
        for name in SECRETS:
            register(self._values.get(name, ""))
        account, secret = (self._values.get(f"MIXPANEL_SERVICE_{name}", "") for name in ("ACCOUNT", "SECRET"))
        if account and secret:
            register(f"{account}:{secret}")

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def secret(self, name: str) -> str:
        """The value of a secret, or "" where there is none. Raises CredentialsError where it was copied badly."""
        value = self._values.get(name, "")
        if any(char.isspace() or not char.isprintable() for char in value):
            raise CredentialsError(
                f"{name} holds a space or a line break: copy it again and run the same command."
            )
        return value


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=value` lines, optionally quoted or led by `export`; comments and blank lines are skipped.

    Raises ConfigError with the line number for a line that is none of these (never with its text: it may be a secret).
    """
    if not path.is_file():
        return {}
    values = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        line = line.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ConfigError(
                f"Line {number} of {path.name} is not NAME=value: correct it and run the same command again."
            )
        values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()


def amplitude_settings(
    environment: Environment, region: str | None, flag: str = "--region"
) -> AmplitudeSettings:
    """Amplitude's address and keys. Raises ConfigError (address) and CredentialsError (keys).

    `flag` is the one that gives the region.
    """
    url = _address(environment, "AMPLITUDE", "AMPLITUDE_URL", region, AMPLITUDE_HOSTS, flag)
    keys = {name: environment.secret(name) for name in ("AMPLITUDE_API_KEY", "AMPLITUDE_SECRET_KEY")}
    for name, value in keys.items():
        if not value:
            raise _missing(name)
    settings = AmplitudeSettings(url, keys["AMPLITUDE_API_KEY"], keys["AMPLITUDE_SECRET_KEY"])
    register(f"{settings.api_key}:{settings.secret_key}")
    return settings


def mixpanel_settings(environment: Environment, region: str | None) -> MixpanelSettings:
    """Mixpanel's address and credentials. Raises ConfigError (address) and CredentialsError (credentials).

    Source of the two ways to sign in: Mixpanel docs, reference/import-events (service account with project id, or
    project token as user name).
    """
    url = _address(environment, "MIXPANEL", "MIXPANEL_API_URL", region, MIXPANEL_HOSTS)
    token = environment.secret("MIXPANEL_PROJECT_TOKEN")
    account = environment.secret("MIXPANEL_SERVICE_ACCOUNT")
    secret = environment.secret("MIXPANEL_SERVICE_SECRET")
    project_id = environment.get("MIXPANEL_PROJECT_ID", "")
    if not token and not account and not secret:
        raise _missing("MIXPANEL_PROJECT_TOKEN")
    if account or secret:
        parts = {
            "MIXPANEL_SERVICE_ACCOUNT": account,
            "MIXPANEL_SERVICE_SECRET": secret,
            "MIXPANEL_PROJECT_ID": project_id,
        }
        for name, value in parts.items():
            if not value:
                raise _missing(name, " (a service account needs it)")
    _check_project_id(project_id)
    return MixpanelSettings(url, token, account, secret, project_id)


def mixpanel_export_settings(
    environment: Environment, region: str | None, profiles: bool, flag: str = "--region"
) -> MixpanelExportSettings:
    """Where to read a Mixpanel project, and as whom. Raises ConfigError (address) and CredentialsError (credentials).

    `flag` is the one that gives the region.
    Source: Mixpanel docs, reference/service-accounts and raw event export (a service account needs the project id).
    """
    data_url = _address(environment, "MIXPANEL", "MIXPANEL_DATA_URL", region, MIXPANEL_DATA_HOSTS, flag)
    query_url = ""
    if profiles:
        query_url = _address(
            environment, "MIXPANEL", "MIXPANEL_QUERY_URL", region, MIXPANEL_QUERY_HOSTS, flag
        )
    account = environment.secret("MIXPANEL_SERVICE_ACCOUNT")
    secret = environment.secret("MIXPANEL_SERVICE_SECRET")
    project_id = environment.get("MIXPANEL_PROJECT_ID", "")
    parts = {
        "MIXPANEL_SERVICE_ACCOUNT": account,
        "MIXPANEL_SERVICE_SECRET": secret,
        "MIXPANEL_PROJECT_ID": project_id,
    }
    for name, value in parts.items():
        if not value:
            raise _missing(name, " (the export needs a service account and its project)")
    _check_project_id(project_id)
    register(f"{account}:{secret}")
    return MixpanelExportSettings(data_url, query_url, project_id, account, secret)


def posthog_settings(environment: Environment, region: str | None) -> PostHogSettings:
    """PostHog's address and project key. Raises ConfigError (address) and CredentialsError (key).

    A personal key (`phx_`) is refused here, before anything is read: PostHog's capture answers it with 401.
    """
    url = _address(environment, "POSTHOG", "POSTHOG_URL", region, POSTHOG_HOSTS)
    key = environment.secret("POSTHOG_PROJECT_API_KEY")
    if not key:
        raise _missing("POSTHOG_PROJECT_API_KEY")
    if key.startswith("phx_"):
        raise CredentialsError(
            "POSTHOG_PROJECT_API_KEY holds a personal API key (phx_…), which PostHog refuses for sending: "
            "copy the project API key (phc_…) from the project settings."
        )
    return PostHogSettings(url, key)


def posthog_query_settings(environment: Environment, region: str | None) -> PostHogQuerySettings:
    """Where to read a PostHog project, and as whom. Raises ConfigError (address) and CredentialsError (key, project).

    The ingestion hosts of PostHog Cloud answer no queries, so the app's host takes their place (PostHog docs, api/overview).
    """
    url = _address(environment, "POSTHOG", "POSTHOG_URL", region, POSTHOG_HOSTS)
    for name, host in POSTHOG_HOSTS.items():
        url = POSTHOG_APP_HOSTS[name] if url == host else url
    key = environment.secret("POSTHOG_PERSONAL_API_KEY")
    project_id = environment.get("POSTHOG_PROJECT_ID", "")
    for name, value in {"POSTHOG_PERSONAL_API_KEY": key, "POSTHOG_PROJECT_ID": project_id}.items():
        if not value:
            raise _missing(
                name, " (reading back needs a personal API key, scope query:read, and the project's id)"
            )
    if key.startswith("phc_"):
        raise CredentialsError(
            "POSTHOG_PERSONAL_API_KEY holds a project API key (phc_…), which reads nothing: make a personal API key "
            "(phx_…) with the scope query:read in the user settings."
        )
    _check_project_id(project_id, "PostHog")
    return PostHogQuerySettings(url, project_id, key)


def _check_project_id(project_id: str, vendor: str = "Mixpanel") -> None:
    if project_id and not (project_id.isascii() and project_id.isdigit()):
        raise CredentialsError(
            f"{vendor.upper()}_PROJECT_ID is not a number: copy it from the project settings in {vendor}."
        )


def _missing(name: str, why: str = "") -> CredentialsError:
    return CredentialsError(
        f"{name} is not set{why}: put it in the environment or in the project's .env file and run the same command again."
    )


def _address(
    environment: Environment,
    vendor: str,
    url_name: str,
    region: str | None,
    hosts: Mapping[str, str],
    flag: str = "--region",
) -> str:
    """The base URL: the URL variable wins, then the flag, then the region variable; there is no default."""
    if url_name in environment:
        return check_url(environment[url_name], url_name)
    chosen = (region or environment.get(f"{vendor}_REGION", "")).lower()
    if not chosen:
        lost = (
            "no other has the project's data"
            if vendor == "AMPLITUDE"
            else "data sent to the wrong one is lost"
        )
        raise ConfigError(
            f"No region is chosen, and {lost}: add {flag} {'|'.join(hosts)}, "
            f"or set {vendor}_REGION (or {url_name}), and run the same command again."
        )
    if chosen not in hosts:
        raise ConfigError(f"{chosen!r} is no region of {vendor.title()}: choose one of {', '.join(hosts)}.")
    return hosts[chosen]


def check_url(url: str, name: str) -> str:
    """The URL without its final slash. Raises ConfigError: https only, http for loopback, no password, no query."""
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    if parts.username or parts.password:
        raise ConfigError(
            f"{name} holds a user name or password: leave it out, credentials have variables of their own."
        )
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise ConfigError(f"{name} is not a plain address such as https://eu.i.posthog.com: correct it.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(
            f"{name} is plain http to {host}: use https, plain http is accepted for this machine only."
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
