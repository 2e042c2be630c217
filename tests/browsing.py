"""A browser without a window, of a site in a process of its own. It leaves it to the test to follow to another page."""

from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.config.conftest import PASSWORD
from tests.serving import Answer, fetch

FORM = "application/x-www-form-urlencoded"


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
        own = {"Host": self.host or f"127.0.0.1:{self.port}", "Cookie": self.cookie_header}
        answer = fetch(self.port, method, path, body, own | headers)
        for line in answer.headers.get_all("Set-Cookie", []):
            self._keep(SimpleCookie(line))
        return answer

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
