"""Which of two forms of a page a request prefers, by its header Accept (RFC 9110, section 12.5.1)."""

import re

from django.http import HttpRequest

HTML, MARKDOWN = "text/html", "text/markdown"
_PARAMETERS = re.compile(r";\s*(?!q=)[^;,]*", re.IGNORECASE)  # all but weights, such as `variant=CommonMark`


def prefers_markdown(environ: dict) -> bool:
    """Returns whether a request with this WSGI environment is answered with Markdown rather than with HTML.

    It is if Accept names text/markdown with a higher weight than text/html, or with the same weight and before it, as
    agents do: `text/markdown, text/html, */*`. Everything else gets HTML, so that `*/*` and `text/*` do, too.
    """
    accept = environ.get("HTTP_ACCEPT", "")
    if "markdown" not in accept.lower():  # which takes less time
        return False
    request = HttpRequest()
    request.META = {"HTTP_ACCEPT": _PARAMETERS.sub("", accept)}
    return request.get_preferred_type([HTML, MARKDOWN]) == MARKDOWN
