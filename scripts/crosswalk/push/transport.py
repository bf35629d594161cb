"""HTTP: keep-alive connections, certificates always checked, redirects never followed."""

import ssl
import urllib.parse
import urllib.request
from collections.abc import Mapping

import urllib3

from crosswalk import __version__
from crosswalk.push.verdict import Answer
from crosswalk.redact import clean

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
_BODY_CAP = 4_000_000


class TransportError(Exception):
    """No usable answer came. `ambiguous`: the vendor may have taken the request; `final`: trying again is no use."""

    def __init__(self, text: str, *, ambiguous: bool, final: bool = False) -> None:
        super().__init__(text)
        self.ambiguous = ambiguous
        self.final = final


class Transport:
    """Posts bodies to one base URL; safe to use from several threads."""

    def __init__(self, base_url: str, connections: int) -> None:
        self.base_url = base_url
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        self._pool = pool_manager(base_url, maxsize=connections, block=True, retries=False, timeout=timeout)
        self._headers = {"User-Agent": f"crosswalk/{__version__}", "Accept": "application/json"}

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send once and read the answer, whatever its status. Raises TransportError where none came.

        Vendors echo parts of a request, so credentials are taken out of the answer here, before anyone sees it.
        """
        try:
            response = self._pool.request(
                "POST",
                self.base_url + path,
                body=body,
                headers={**self._headers, **headers},
                redirect=False,
                preload_content=False,
            )
            try:
                content = response.read(_BODY_CAP, decode_content=True)
                if len(content) == _BODY_CAP:
                    response.close()
            finally:
                response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise explained(error) from error
        headers_in = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, headers_in, clean(content.decode("utf-8", "replace")).encode())

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()


def pool_manager(base_url: str, **options: object) -> urllib3.PoolManager:
    """A pool, through the proxy that the environment names for this host, if any; never for this machine itself."""
    parts = urllib.parse.urlsplit(base_url)
    host = parts.hostname or ""
    proxy = urllib.request.getproxies().get(parts.scheme)
    local = host in ("localhost", "::1") or host.startswith("127.")
    if proxy and not local and not urllib.request.proxy_bypass(host):
        return urllib3.ProxyManager(proxy, **options)  # type: ignore[arg-type]
    return urllib3.PoolManager(**options)  # type: ignore[arg-type]


def explained(error: urllib3.exceptions.HTTPError, seconds: float = READ_SECONDS) -> TransportError:
    """What went wrong, in words; `seconds` is the time-out that applied."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return TransportError(
                f"its certificate is not valid ({cause.verify_message})", ambiguous=False, final=True
            )
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return TransportError("its name could not be resolved", ambiguous=False)
    if isinstance(error, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        return TransportError("no connection could be made", ambiguous=False)
    if isinstance(error, urllib3.exceptions.ProxyError):
        return TransportError("the proxy did not let the request through", ambiguous=False)
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return TransportError(f"no answer came within {seconds:.0f} s", ambiguous=True)
    return TransportError("the connection broke before the answer was complete", ambiguous=True)
