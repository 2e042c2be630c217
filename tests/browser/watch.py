"""What a browser complains of while a test reads pages; no page may give it a reason."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# What htmx logs as errors of a request that the page itself ended, and that the browser forgot the pages of a session.
WANTED = ("htmx:afterRequest,", "htmx:sendAbort,", "Clear-Site-Data header on")


class Watch:
    """Listens to all pages of a context: console, script errors, failed requests, and pages without the strict policy.

    `expected` are words of the complaints that the test provokes; each must come.
    """

    def __init__(self, context: BrowserContext, expected: tuple[str, ...] = ()):
        self.complaints: list[str] = []
        self.expected = expected
        context.on("console", self._console)
        context.on("weberror", self._script_error)
        context.on("requestfailed", self._failed_request)
        context.on("response", self._policy)

    def verdict(self) -> list[str]:
        """What was not expected, and what was expected but did not come."""
        unexpected = [line for line in self.complaints if not any(words in line for words in self.expected)]
        absent = [words for words in self.expected if not any(words in line for line in self.complaints)]
        return unexpected + [f"did not come: {words}" for words in absent]

    def _console(self, message: ConsoleMessage) -> None:
        if not message.text.startswith(WANTED):
            self.complaints.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _script_error(self, error: WebError) -> None:
        self.complaints.append(f"script error: {error.error.message}")

    def _failed_request(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a reader who goes on before everything came
            self.complaints.append(f"failed: {request.method} {request.url} {request.failure}")

    def _policy(self, response: Response) -> None:
        if not response.headers.get("content-type", "").startswith("text/html"):
            return
        policy = response.headers.get("content-security-policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            self.complaints.append(f"no strict policy: {response.url} {policy!r}")
