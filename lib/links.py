"""Links of a person or an organisation, as rows keep them: a list of at most five `{"label": …, "url": …}`.

People type them a line each, the label first and then the address.
"""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from lib.text import one_line

MOST = 5
LONGEST_LABEL = 40
LONGEST_URL = 200

_is_web_address = URLValidator(schemes=["http", "https"])


def parse(text: str) -> list[dict[str, str]]:
    """The links of these lines. Raises ValidationError, which names each line that is none."""
    found, wrong = [], []
    for line in filter(None, map(one_line, text.splitlines())):
        label, _, url = line.rpartition(" ")
        found.append({"label": label or _bare(url), "url": url})
        try:
            validate(found[-1:])
        except ValidationError as error:
            wrong += [f"“{line[:60]}”: {message}" for message in error.messages]
    if wrong:
        raise ValidationError(wrong)
    validate(found)
    return found


def lines(links: list[dict[str, str]]) -> str:
    """The text that `parse` reads as these links."""
    return "\n".join(f"{link['label']} {link['url']}" for link in links)


def validate(links: list[dict[str, str]]) -> None:
    """Raises ValidationError for what is no such list."""
    if not isinstance(links, list) or not all(_is_link(link) for link in links):
        raise ValidationError("Links are a list of labels and addresses.")
    if len(links) > MOST:
        raise ValidationError(f"There can be {MOST} links at most; these are {len(links)}.")
    for link in links:
        if not 1 <= len(link["label"]) <= LONGEST_LABEL:
            raise ValidationError(f"A label has 1 to {LONGEST_LABEL} characters; this one has {len(link['label'])}.")
        if len(link["url"]) > LONGEST_URL:
            raise ValidationError(f"An address has at most {LONGEST_URL} characters; this one has {len(link['url'])}.")
        try:
            _is_web_address(link["url"])
        except ValidationError:
            raise ValidationError("The line has to end in an address that begins with http:// or https://.") from None


def _is_link(link) -> bool:
    return isinstance(link, dict) and link.keys() == {"label", "url"} and all(isinstance(v, str) for v in link.values())


def _bare(url: str) -> str:
    """A label for an address without one: its host."""
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")[:LONGEST_LABEL] or url[:LONGEST_LABEL]
