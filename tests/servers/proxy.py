"""A server that is reached through a proxy, which can break the way at any point."""

import socket
import threading
import time
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

PIECE = 1 << 16


class Proxy:
    """Passes on what comes for *address*; each rule breaks one connection, once.

    `cut_before` are words: a piece of the client's with them is not passed on, and the
    way is cut. With those of `cut_after` it is passed on, and the answer is not. While
    it is `still` nothing is passed on, and nothing is cut. What is passed on takes
    *delay* seconds in each direction.
    """

    def __init__(self, address, delay=0.0):
        self._address, self.delay = address, delay
        self.cut_before, self.cut_after = [], []
        self.still = threading.Event()
        self.cuts = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def lead(self, port):
        """Lead who comes from now on to *port*; return where they were led to."""
        host, before = self._address
        self._address = (host, port)
        return before

    def close(self):
        for one in (self._listening, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                try:
                    server = socket.create_connection(self._address)
                except OSError:
                    client.close()
                    continue
                for end in (client, server):  # a small piece waits for no other
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += [client, server]
                way = _Way(self, client, server)
                for carry in (way.there, way.back):
                    threading.Thread(target=carry, daemon=True).start()


class _Way:
    def __init__(self, proxy, client, server):
        self._proxy, self._client, self._server = proxy, client, server
        self._deaf = False

    def there(self):
        with suppress(OSError):
            while data := self._client.recv(PIECE):
                if self._has(self._proxy.cut_before, data):
                    break
                self._deaf = self._has(self._proxy.cut_after, data) or self._deaf
                time.sleep(self._proxy.delay)
                if not self._proxy.still.is_set():
                    self._server.sendall(data)
        self._cut()

    def back(self):
        with suppress(OSError):
            while data := self._server.recv(PIECE):
                if self._deaf:
                    break
                time.sleep(self._proxy.delay)
                if not self._proxy.still.is_set():
                    self._client.sendall(data)
        self._cut()

    def _has(self, words, data):
        for one in words:
            if one in data:
                words.remove(one)
                self._proxy.cuts += 1
                return True
        return False

    def _cut(self):
        for one in (self._client, self._server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxied(url, delay=0.0):
    """Give a proxy before the server of *url*, and the URL that leads through it."""
    there = urlsplit(url)
    proxy = Proxy((there.hostname, there.port), delay)
    try:
        yield proxy, url.replace(f":{there.port}/", f":{proxy.port}/")
    finally:
        proxy.close()
