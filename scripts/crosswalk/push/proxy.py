"""The proxy that the environment names, as curl and pip read it: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY."""

import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

import urllib3

from crosswalk.errors import ConfigError
from crosswalk.redact import register
from crosswalk.settings import is_loopback


@dataclass(frozen=True)
class Proxy:
    """A proxy: its address without the password, the variable that names it, the header that signs in."""

    url: str
    variable: str
    headers: Mapping[str, str]


def proxy_for(base_url: str) -> Proxy | None:
    """The proxy for this address, if any; never for this machine itself. Raises ConfigError where it is unusable."""
    parts = urllib.parse.urlsplit(base_url)
    host = parts.hostname or ""
    proxies = urllib.request.getproxies()
    scheme = parts.scheme if parts.scheme in proxies else "all"
    if scheme not in proxies or is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    return _read(proxies[scheme], f"{scheme.upper()}_PROXY")


def _read(text: str, variable: str) -> Proxy:
    """The password is kept out of every text from here on."""
    try:
        parts = urllib.parse.urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port
    except ValueError as error:
        raise _unusable(variable) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _unusable(variable)
    headers: Mapping[str, str] = {}
    if parts.username is not None:
        user, password = (urllib.parse.unquote(part or "") for part in (parts.username, parts.password))
        register(password)
        register(f"{user}:{password}")
        headers = urllib3.make_headers(proxy_basic_auth=f"{user}:{password}")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Proxy(f"{parts.scheme}://{name}" + (f":{port}" if port else ""), variable, headers)


def _unusable(variable: str) -> ConfigError:
    return ConfigError(
        f"{variable} names no proxy that can be used here: set it to http://HOST:PORT (or name the vendor's host in NO_PROXY) "
        "and run the same command again."
    )
