"""The proxies' examples of docs/deploy.md, run as they stand there, in front of the site."""

import contextlib
import os
import re
import shutil
import socket
import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.slow import KINDS, slow_clients
from tests.serving import ROOT, fetch, free_port, running

HANGS = 30  # seconds after which a request counts as never answered
HOST = "papers.example.org"
UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE


def example(name: str) -> str:
    """The configuration that the documentation gives for this proxy."""
    text = (ROOT / "docs" / "deploy.md").read_text()
    return re.search(rf"<!-- {name} -->\n```\n(.*?)```", text, re.DOTALL)[1]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Files of a certificate that the proxy's host signed for itself, and of its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    made = builder.sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module", params=["caddy", "nginx"])
def in_front_of(request, certificate, tmp_path_factory):
    """`in_front_of(port)`: a proxy by its documented configuration, in front of what listens there; its own port."""
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")
    with contextlib.ExitStack() as stack:

        def in_front_of(upstream: int) -> int:
            port, folder = free_port(), tmp_path_factory.mktemp(request.param)
            config = example(request.param).replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
            command = {"caddy": _caddy, "nginx": _nginx}[request.param](config, port, folder, *certificate)
            environment = {"PATH": "/usr/bin:/usr/sbin:/bin", "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
            stack.enter_context(running(command, port, folder / "log", **environment)).wait_until_ready(UNVERIFIED)
            return port

        yield in_front_of


@cache
def plain_port(port: int) -> int:
    """The port on which the proxy that speaks https on this port speaks http."""
    return free_port()


@pytest.fixture(scope="module")
def proxy(https_site, in_front_of):
    """The port of a proxy in front of the site."""
    return in_front_of(https_site.port)


def _caddy(config, port, folder, cert, key) -> list[str]:
    config = config.replace(f"{HOST} {{", f"https://:{port} {{\n    tls {cert} {key}", 1)
    options = f"{{\n    admin off\n    auto_https disable_redirects\n    default_sni {HOST}\n"
    options += f"    http_port {plain_port(port)}\n"
    (folder / "Caddyfile").write_text(config.replace("{\n", options, 1))
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def _nginx(config, port, folder, cert, key) -> list[str]:
    config = config.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    config = config.replace("listen 80;", f"listen 127.0.0.1:{plain_port(port)};")
    config = re.sub(r"ssl_certificate .*;", f"ssl_certificate {cert};", config)
    config = re.sub(r"ssl_certificate_key .*;", f"ssl_certificate_key {key};", config)
    paths = [f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    http = f"access_log off; {' '.join(paths)}\n{config}"
    user = "user root; " if os.geteuid() == 0 else ""  # whose folder this is
    whole = f"{user}daemon off; pid {folder}/pid; error_log stderr;\nevents {{}}\nhttp {{ {http} }}\n"
    (folder / "nginx.conf").write_text(whole)
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def request(port, method, path, headers=None, body=None):
    answer = fetch(port, method, path, body, {"Host": HOST} | (headers or {}), UNVERIFIED)
    return answer.status, dict(answer.headers), answer.text


def test_the_site_is_there_under_its_own_address(proxy):
    status, headers, page = request(proxy, "GET", "/papers")
    assert (status, 'class="card"' in page) == (200, True)
    assert "Strict-Transport-Security" in headers


def test_old_ciphers_are_not_spoken(proxy):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    for ciphers in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256"):
        context.set_ciphers(ciphers)
        refused = pytest.raises(ssl.SSLError) if ciphers.endswith("AES128-SHA256") else contextlib.nullcontext()
        with socket.create_connection(("127.0.0.1", proxy), timeout=HANGS) as plain, refused:
            context.wrap_socket(plain, server_hostname=HOST).close()


def test_pages_are_redirected_to_https_and_programs_are_refused(proxy):
    connection = HTTPConnection("127.0.0.1", plain_port(proxy), timeout=HANGS)
    answers = []
    for path in ("/papers?q=a%20b", "/api/daily_papers", "/mcp"):
        connection.request("GET", path, headers={"Host": HOST})
        response = connection.getresponse()
        response.read()
        answers.append((response.status, response.headers["Location"]))
    connection.close()
    assert answers == [(301, f"https://{HOST}/papers?q=a%20b"), (403, None), (403, None)]


def test_what_a_client_claims_of_the_way_is_replaced(proxy):
    claims = {"X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "evil.example"}
    status, _, page = request(proxy, "GET", "/papers/trending", claims | {"SCRIPT_NAME": "/evil"})
    assert status == 200  # an http request would be redirected
    assert "evil" not in page


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it got."""

    def do_GET(self):
        body = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Nothing."""


def test_the_site_is_given_what_it_relies_on_and_no_prefix(in_front_of):
    upstream = HTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=upstream.serve_forever, daemon=True).start()
    hostile = {"SCRIPT_NAME": "/evil", "X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.7"}
    try:
        headers = request(in_front_of(upstream.server_port), "GET", "/papers", hostile)[2]
    finally:
        upstream.shutdown()
        upstream.server_close()
    passed_on = dict(line.split(": ", 1) for line in headers.lower().splitlines() if line)
    assert passed_on["host"] == HOST
    assert passed_on["x-forwarded-proto"] == "https"
    assert passed_on["x-forwarded-for"].split(", ")[-1] == "127.0.0.1"
    assert "evil" not in headers


def test_while_the_site_starts_readers_are_told_to_wait(in_front_of):
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as upstream:
        upstream.daemon_threads = True  # which may wait for the next request of the proxy
        Thread(target=upstream.serve_forever, daemon=True).start()
        proxy = in_front_of(upstream.server_port)
        upstream.shutdown()
    status, headers, page = request(proxy, "GET", "/papers")
    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "5", "no-store")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "The site is starting." in page


def test_another_host_is_refused(proxy):
    status, _, _ = request(proxy, "GET", "/papers", {"Host": "evil.example"})
    assert status == 400


@pytest.mark.parametrize("kind", KINDS)
def test_readers_are_answered_while_slow_clients_hold_on_to_the_proxy(proxy, kind):
    with slow_clients(kind, 64, proxy, "/papers/trending", host=HOST, context=UNVERIFIED):
        for path, says in (("/healthz", "alive"), ("/papers/trending", 'class="card"')):
            assert says in request(proxy, "GET", path)[2]


def test_a_body_that_is_too_long_is_refused(proxy):
    body = b"0" * (13_000_000)
    status, _, _ = request(proxy, "POST", "/settings/profile", body=body)
    assert status == 413


def test_a_body_as_long_as_two_pictures_arrives(proxy):
    head = b'--x\r\nContent-Disposition: form-data; name="portrait"; filename="p.png"\r\n\r\n'
    body = head + b"0" * 10_600_000 + b"\r\n--x--\r\n"
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    status, _, page = request(proxy, "POST", "/settings/profile", form, body)
    assert (status, "Try again" in page) == (403, True)  # it holds no token; it was read to its end
