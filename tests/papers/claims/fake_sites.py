"""Fakes of GitHub's API and of a host with a project page."""

import socket
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx2

PUBLIC = "93.184.215.14"


class Sites:
    """GitHub with one repository, whose `readme` may be None, and a host with a page while `hosting`.

    `paths` are those of the requests to GitHub. If `is_down`, it answers 500.
    """

    def __init__(self, monkeypatch):
        self.readme, self.description, self.is_down, self.paths = "", None, False, []
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", lambda transport, request: self._github(request))

    def _github(self, request):
        assert request.url.host == "api.github.com"
        self.paths.append(request.url.path)
        if self.is_down:
            return httpx2.Response(500)
        if request.url.path == "/repos/lovelace/engine":
            return httpx2.Response(200, json={"name": "engine", "description": self.description})
        if request.url.path == "/repos/lovelace/engine/readme" and self.readme is not None:
            return httpx2.Response(200, text=self.readme)
        return httpx2.Response(404)

    @contextmanager
    def hosting(self, html: str):
        """A server on this machine with the page, to which connections to the one public address are led."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = html.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, self._monkeypatch.context() as patch:

            def divert(address, *args, **options):
                assert address == (PUBLIC, 80)
                connection = socket.socket()
                connection.connect(server.server_address)
                return connection

            patch.setattr(socket, "getaddrinfo", lambda name, port, **kw: [(2, 1, 6, "", (PUBLIC, port))])
            patch.setattr(socket, "create_connection", divert)
            thread = Thread(target=server.serve_forever, args=[0.01])
            thread.start()
            yield
            server.shutdown()
            thread.join()
