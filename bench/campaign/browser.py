"""A connection of one person to the site. A request either gets its whole answer or raises OSError."""

import json
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from bench.campaign.oracle import Refused
from bench.campaign.people import Person
from bench.servers import HOST

TIMEOUT = 60  # seconds: the machine may be busy


class Unanswered(OSError):
    """No whole answer came, or one that says that the site failed: what was requested may have been done or not."""


class Browser:
    def __init__(self, port: int, person: Person):
        self.person = person
        self.connection = HTTPConnection(HOST, port, timeout=TIMEOUT)
        self.is_answered = True  # whether the last request got its answer

    def post(self, path: str, **data: str) -> None:
        """Send a form, which leads to another page if it was taken. Raises Refused, also for the page to sign in."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.person.headers}
        status, location = self._send(path, urlencode(data).encode(), headers)
        if not location or "/login" in location:
            raise Refused(f"{status} {path} {data} {location}")

    def call(self, path: str, key: str, **data: str) -> None:
        """Send a request to the API with this Idempotency-Key."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.person.token}"}
        status, _ = self._send(path, json.dumps(data).encode(), {"Idempotency-Key": key, **headers})
        if status >= 400:
            raise Refused(f"{status} {path}")

    def close(self) -> None:
        self.connection.close()

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        self.is_answered = False
        try:
            self.connection.request("POST", path, body, headers)
            response = self.connection.getresponse()
            response.read()
        except HTTPException as error:
            self.connection.close()
            raise Unanswered(str(error)) from error
        except OSError:
            self.connection.close()
            raise
        if response.status >= 500:
            raise Unanswered(f"{response.status} {path}")
        self.is_answered = True
        return response.status, response.headers.get("Location", "")
