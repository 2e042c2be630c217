"""A program that webhooks send to: a server on this machine, with TLS and a certificate for HOST."""

import hashlib
import hmac
import json
import socket
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST, URL, PUBLIC = "hooks.example.org", "https://hooks.example.org/papers?key=1", "93.184.215.14"


class Received:
    """A request that came."""

    def __init__(self, path: str, headers, body: bytes):
        self.path, self.headers, self.body = path, headers, body

    @property
    def ids(self) -> list[str]:
        """The arXiv ids of the papers in the body."""
        return [row["paper"]["id"] for row in json.loads(self.body)["papers"]]

    def is_signed_with(self, secret: str) -> bool:
        """Whether the signature is right, checked as docs/webhooks.md says."""
        signed = self.headers["Broadsheet-Timestamp"].encode() + b"." + self.body
        expected = "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, self.headers["Broadsheet-Signature"])


class Receiver:
    """Answers each request with the next of `statuses`, the last one again and again. `before` is called first."""

    def __init__(self):
        self.requests, self.statuses, self.before = [], [204], lambda: None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.requests.append(Received(handler.path, dict(handler.headers), body))
        self.before()
        handler.send_response(self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0])
        handler.send_header("Location", "https://elsewhere.example.org/")
        handler.end_headers()


def certificate(folder):
    """The file of a key and of the certificate that HOST has signed for itself with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]), datetime.now(UTC)
    since, until = now - timedelta(days=9000), now + timedelta(days=9000)  # since tests travel in time
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, since, until)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    options = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made = builder.sign(key, hashes.SHA256())
    path = folder / "receiver.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*options))
    return path


@contextmanager
def serving(path, monkeypatch):
    """A receiver that what is sent to HOST reaches, and nothing else."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            receiver.answer(self)

        def log_message(self, *args):
            pass

    connect, resolve = socket.create_connection, socket.getaddrinfo
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)

        def found(host, port, *args, **options):
            return [(2, 1, 6, "", (PUBLIC, port))] if host == HOST else resolve(host, port, *args, **options)

        def divert(address, *args, **options):
            return connect(("127.0.0.1", server.server_port) if address == (PUBLIC, 443) else address, *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", found)
        monkeypatch.setattr(socket, "create_connection", divert)
        monkeypatch.setattr(httpx2, "create_ssl_context", lambda **options: ssl.create_default_context(cafile=path))
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()
