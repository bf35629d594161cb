"""HTTP: keep-alive connections, certificates always checked, redirects never followed."""

from collections.abc import Iterable, Mapping

import urllib3

from crosswalk import __version__
from crosswalk.push.network import Network
from crosswalk.push.proxy import Proxy, proxy_for
from crosswalk.push.sockets import Body, connect_timeout, timed_pools
from crosswalk.push.tls import tls_context
from crosswalk.push.trouble import TransportError, explained
from crosswalk.push.verdict import Answer
from crosswalk.redact import clean

__all__ = ["Transport", "TransportError"]

_BODY_CAP = 4_000_000


class Transport:
    """Posts bodies to one base URL; safe to use from several threads. Raises ConfigError for an unusable proxy or CA file."""

    def __init__(self, base_url: str, connections: int, network: Network | None = None) -> None:
        self.base_url = base_url
        self._network = network or Network()
        self._proxy = proxy_for(base_url)
        self._pool = pool_manager(self._proxy, connections, self._network)
        self._headers = {"User-Agent": f"crosswalk/{__version__}", "Accept": "application/json"}

    def post(
        self, path: str, body: bytes | Iterable[bytes], headers: Mapping[str, str], method: str = "POST"
    ) -> Answer:
        """Send once and read the answer, whatever its status. Raises TransportError where none came.

        A body in pieces needs its Content-Length among the headers.

        Vendors echo parts of a request, so credentials are taken out of the answer here, before anyone sees it.
        """
        pieces = Body(body)
        length = {"Content-Length": str(len(body))} if isinstance(body, bytes) else {}
        try:
            response = self._pool.request(
                method,
                self.base_url + path,
                body=pieces,
                headers={**self._headers, **headers, **length},
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
            timeouts = self._network.timeouts
            raise explained(error, self.base_url, self._proxy, timeouts, sent=pieces.sent) from error
        headers_in = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, headers_in, clean(content.decode("utf-8", "replace")).encode())

    def close(self) -> None:
        """Close all connections now; urllib3 alone leaves that to the garbage collector."""
        self._pool.connection_from_url(self.base_url).close()
        self._pool.clear()


def pool_manager(proxy: Proxy | None, connections: int, network: Network) -> urllib3.PoolManager:
    """Connections that keep to the network's limits, through the proxy where there is one. Raises ConfigError."""
    context = tls_context(network.ca_file)
    timeout = connect_timeout(network.timeouts)
    if proxy is None:
        pool = urllib3.PoolManager(
            maxsize=connections, block=True, retries=False, timeout=timeout, ssl_context=context
        )
    else:
        pool = urllib3.ProxyManager(
            proxy.url,
            proxy_headers=proxy.headers,
            proxy_ssl_context=context,
            maxsize=connections,
            block=True,
            retries=False,
            timeout=timeout,
            ssl_context=context,
        )
    pool.pool_classes_by_scheme = timed_pools(network.timeouts)
    return pool
