"""A browser without a window, of a site in a process of its own. It leaves it to the test to follow to another page."""

import time
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPMessage
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

from lib.unavailable import TOO_MUCH
from tests.config.conftest import PASSWORD

FORM = "application/x-www-form-urlencoded"
ATTEMPTS = 60  # at a request that a busy site refuses
SECONDS = 60  # after which a request counts as never answered


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Browser:
    """It keeps cookies. `host` is what the site believes its address to be, if that is not the port: as behind a proxy.

    Several threads may use it at once.
    """

    port: int
    host: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def at(self, port: int) -> "Browser":
        """The same browser, whom a balancer leads to another port."""
        return replace(self, port=port)

    def send(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
        """Send a request, and once more for as long as the site refuses it because others wait: tests load machines."""
        for _ in range(ATTEMPTS):
            answer = self._send(method, path, body, headers)
            if answer.status != 503 or TOO_MUCH.message not in answer.text:
                break
            time.sleep(0.5)
        return answer

    def _send(self, method: str, path: str, body: bytes | str | None, headers: dict[str, str]) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            own = {"Host": self.host or f"127.0.0.1:{self.port}", "Cookie": self.cookie_header}
            connection.request(method, path, body, own | headers)
            response = connection.getresponse()
            for line in response.headers.get_all("Set-Cookie", []):
                self._keep(SimpleCookie(line))
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form with the token that a page has given."""
        form = urlencode(fields | {"csrfmiddlewaretoken": self.cookies["csrftoken"]})
        return self.send("POST", path, form, **{"Content-Type": FORM})

    def sign_in(self, username: str) -> None:
        """Sign in as this person of the demo. What the browser has then is the session and the token's cookie."""
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", login=username, password=PASSWORD)
        assert answer.status == 302, answer.text
        self.cookies.pop("messages", None)

    def _keep(self, cookies: SimpleCookie) -> None:
        """Keep these cookies, except those without a value, which the site has deleted."""
        for name, morsel in cookies.items():
            if morsel.value:
                self.cookies[name] = morsel.value
            else:
                self.cookies.pop(name, None)
