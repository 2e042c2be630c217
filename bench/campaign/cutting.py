"""A proxy between the site and a PostgreSQL on a socket of this machine, which cuts connections at random.

It does so between what the site has sent and what PostgreSQL answers, so the answer to a COMMIT may be lost.
"""

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

_NAME = ".s.PGSQL.5432"
_BYTES = 65_536


class Cutter:
    """`likelihood` is that of each message of the site to be the last one of its connection. `cuts` counts these."""

    def __init__(self, folder: Path, database: str) -> None:
        address = urlsplit(database)
        self.real = f"{parse_qs(address.query)['host'][0]}/{_NAME}"
        self.url = address._replace(query=f"host={folder}").geturl()
        self.likelihood, self.cuts, self.chance = 0.0, 0, random.Random(0)
        self.listener = socket.socket(socket.AF_UNIX)
        folder.mkdir(exist_ok=True)
        (folder / _NAME).unlink(missing_ok=True)
        self.listener.bind(str(folder / _NAME))
        self.listener.listen(64)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, database: str) -> Iterator["Cutter"]:
        cutter = cls(folder, database)
        Thread(target=cutter._accept, daemon=True).start()
        try:
            yield cutter
        finally:
            cutter.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                client, _ = self.listener.accept()
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(self.real)
                except OSError:
                    client.close()
                    server.close()
                    continue
                Thread(target=self._forward, args=(client, server), daemon=True).start()
                Thread(target=self._forward, args=(server, client, False), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket, may_cut: bool = True) -> None:
        with suppress(OSError):
            while data := source.recv(_BYTES):
                is_last = may_cut and self.chance.random() < self.likelihood
                if is_last:
                    self.cuts += 1
                    _end(source)  # so that no answer arrives
                target.sendall(data)
                if is_last:
                    break
        _end(source)
        _end(target)
        source.close()  # the other thread closes the target


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
