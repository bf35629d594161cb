"""Keeps a peer from talking to anything but this machine.

The packages that are measured are other people's: whatever they would tell home stays here, and the sink is all they reach.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any


def is_loopback(host: object) -> bool:
    """Whether `host` is a name or an address of this machine's loopback."""
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def guard() -> list[str]:
    """Refuse every other connection and name look-up from now on; the hosts that were refused are in the list returned."""
    refused: list[str] = []

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto"):
            if not isinstance(arguments[1], tuple):
                return  # a socket of this machine's file system
            host = arguments[1][0]
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            host = arguments[0]
        else:
            return
        if host is not None and not is_loopback(host):
            refused.append(str(host))
            raise PermissionError(f"The benchmark lets nothing reach {host}.")

    sys.addaudithook(look)
    return refused
