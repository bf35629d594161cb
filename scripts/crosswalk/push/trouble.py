"""Why no answer came, in words that name the host and, where there is one, the proxy."""

import ssl
import urllib.parse
from collections.abc import Iterator

import urllib3.exceptions as problems

from crosswalk.push.network import Timeouts
from crosswalk.push.proxy import Proxy
from crosswalk.push.sockets import TooSlowError

# OpenSSL's names for "we speak no common version of TLS", and for an answer that is no TLS at all.
_NO_TLS = (
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "HTTP_REQUEST",
)


class TransportError(Exception):
    """No usable answer came. `ambiguous`: the vendor may have taken the request; `final`: trying again is no use."""

    def __init__(self, text: str, *, ambiguous: bool, final: bool = False) -> None:
        super().__init__(text)
        self.ambiguous = ambiguous
        self.final = final


def explained(
    error: problems.HTTPError, base_url: str, proxy: Proxy | None, timeouts: Timeouts, *, sent: bool
) -> TransportError:
    """The error in plain words; `sent` says whether all of the request had left, so that the vendor may have it."""
    where = _place(proxy.url if proxy else base_url) + (f" (the proxy of {proxy.variable})" if proxy else "")
    chain = list(_chain(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            text = f"the certificate of {_place(base_url)} is not valid ({cause.verify_message})"
            return TransportError(text, ambiguous=False, final=True)
        if isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS:
            return TransportError(f"{where} does not speak TLS 1.2 or newer", ambiguous=False, final=True)
    text = _text(error, chain, where, timeouts, sent)
    return TransportError(text, ambiguous=sent, final=isinstance(error, problems.LocationParseError))


def _text(
    error: problems.HTTPError, chain: list[BaseException], where: str, timeouts: Timeouts, sent: bool
) -> str:
    kinds = {type(cause) for cause in chain}
    slow = next((cause for cause in chain if isinstance(cause, TooSlowError)), None)
    if slow is not None:
        return f"{where}: {slow}"
    if problems.NameResolutionError in kinds or problems.LocationParseError in kinds:
        return f"the name of {where} could not be resolved"
    if problems.ConnectTimeoutError in kinds or (not sent and problems.ReadTimeoutError in kinds):
        return f"no connection could be made to {where} within {timeouts.connect:g} s"
    if problems.NewConnectionError in kinds:
        return f"no connection could be made to {where} ({_reason(chain)})"
    if problems.ProxyError in kinds:
        return f"{where} did not let the request through ({_reason(chain)})"
    return f"the connection to {where} broke before the answer was complete"


def _place(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.hostname} port {parts.port or (443 if parts.scheme == 'https' else 80)}"


def _reason(chain: list[BaseException]) -> str:
    """The operating system's or the proxy's own word, from as deep as there is one."""
    found = [cause for cause in chain if isinstance(cause, OSError)]
    return str(found[-1].strerror or found[-1]) if found else "no reason was given"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, outermost first."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
