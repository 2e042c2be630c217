"""A browser of a site in a process of its own: it keeps cookies, and sends forms with the token that it was given."""

from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.config.conftest import PASSWORD

SECONDS = 60  # after which a request counts as never answered


class Browser:
    def __init__(self, url: str):
        self.url, self.cookies, self.status = url, CookieJar(), 0
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def another_window(self) -> "Browser":
        """A browser that has the cookies of this one."""
        window = Browser(self.url)
        for cookie in self.cookies:
            window.cookies.set_cookie(cookie)
        return window

    def get(self, path: str) -> str:
        return self._send(Request(self.url + path))

    def post(self, path: str, **data: str) -> str:
        [token] = [cookie.value for cookie in self.cookies if cookie.name == "csrftoken"]
        return self._send(Request(self.url + path, urlencode(data | {"csrfmiddlewaretoken": token}).encode()))

    def sign_in(self, name: str) -> None:
        """Sign in as this person of the demo."""
        self.get("/accounts/login/")
        self.post("/accounts/login/", login=name, password=PASSWORD)

    def forget(self, name: str) -> None:
        """Forget the cookie of this name, as if its time were over."""
        self.cookies.clear("127.0.0.1", "/", name)

    def _send(self, request: Request) -> str:
        """Returns the text of the answer, whose status is `self.status`."""
        try:
            answer = self.opener.open(request, timeout=SECONDS)
        except HTTPError as error:
            answer = error
        self.status = answer.status
        return answer.read().decode()
