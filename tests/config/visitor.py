"""A browser without a window: it keeps cookies, and speaks to whichever port it is led to, as behind a balancer."""

from http.client import HTTPConnection, HTTPMessage
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

from tests.config.conftest import PASSWORD

FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Visitor:
    """`host` is what the site believes its address to be, without the scheme."""

    def __init__(self, host: str):
        self.host, self.cookies = host, {}

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def send(self, port: int, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            headers = {"Host": self.host, "Cookie": self.cookie_header} | headers
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for line in response.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, port: int, path: str, **headers: str) -> Answer:
        return self.send(port, "GET", path, **headers)

    def act(self, port: int, path: str, **fields: str) -> Answer:
        """POST a form with the token that a page has given."""
        form = urlencode(fields | {"csrfmiddlewaretoken": self.cookies["csrftoken"]})
        return self.send(port, "POST", path, form, **{"Content-Type": FORM})

    def upload(self, port: int, path: str, field: str, data: bytes) -> Answer:
        """POST a form with a picture and no other field but the token."""
        head = (
            f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{self.cookies["csrftoken"]}\r\n'
        )
        head += f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="p.png"\r\n\r\n'
        body = head.encode() + data + b"\r\n--x--\r\n"
        return self.send(port, "POST", path, body, **{"Content-Type": "multipart/form-data; boundary=x"})

    def sign_in(self, port: int, username: str) -> None:
        """Sign in as one of the demo's people. What the browser has then is the session and the token's cookie."""
        self.get(port, "/accounts/login/")
        answer = self.act(port, "/accounts/login/", login=username, password=PASSWORD)
        assert answer.status == 302, answer.text
        self.cookies.pop("messages", None)
