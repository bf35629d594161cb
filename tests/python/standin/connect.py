"""A web proxy as companies have it: CONNECT, with or without a password, and always to the stand-in."""

import base64
import contextlib
import select
import socket
import threading
from types import TracebackType


class ConnectProxy:
    """Tunnels every CONNECT to one port of this machine; use it as a context manager."""

    def __init__(self, upstream_port: int, password: str = "") -> None:
        self._upstream_port = upstream_port
        self._password = password
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = int(self._listener.getsockname()[1])
        self.asked: list[str] = []

    def __enter__(self) -> "ConnectProxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(4096)
                if not piece:
                    return
                head += piece
            self.asked.append(head.split(b"\r\n", 1)[0].decode())
            signed = b"basic " + base64.b64encode(self._password.encode()).lower()
            if self._password and signed not in head.lower():
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self._upstream_port), timeout=30) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._carry(client, server)

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        while ready := select.select([client, server], [], [], 30)[0]:
            for one in ready:
                data = one.recv(65_536)
                if not data:
                    return
                (server if one is client else client).sendall(data)
