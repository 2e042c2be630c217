"""The links of a person or an organisation, stored as a list of dictionaries `{"label": …, "url": …}`.

In forms a link is one line of text: its label, a space, and its address.
"""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from lib.text import one_line

MAX_LINKS = 5
MAX_LABEL_LENGTH = 40
MAX_URL_LENGTH = 200

_is_web_address = URLValidator(schemes=["http", "https"])


def parse(text: str) -> list[dict[str, str]]:
    """Returns the links in these lines. Raises ValidationError with a message for each line that is no link."""
    links, errors = [], []
    for line in filter(None, map(one_line, text.splitlines())):
        label, _, url = line.rpartition(" ")
        links.append({"label": label or _host(url), "url": url})
        try:
            validate(links[-1:])
        except ValidationError as error:
            errors += [f"“{line[:60]}”: {message}" for message in error.messages]
    if errors:
        raise ValidationError(errors)
    validate(links)
    return links


def lines(links: list[dict[str, str]]) -> str:
    """Returns the text from which `parse` makes these links."""
    return "\n".join(f"{link['label']} {link['url']}" for link in links)


def validate(links: list[dict[str, str]]) -> None:
    """Raises ValidationError if this is no list of links, or if it exceeds one of the limits above."""
    if not isinstance(links, list) or not all(_is_link(link) for link in links):
        raise ValidationError("Links are a list of labels and addresses.")
    if len(links) > MAX_LINKS:
        raise ValidationError(f"There can be at most {MAX_LINKS} links; these are {len(links)}.")
    for link in links:
        label, url = link["label"], link["url"]
        if not 1 <= len(label) <= MAX_LABEL_LENGTH:
            raise ValidationError(f"A label has 1 to {MAX_LABEL_LENGTH} characters; this one has {len(label)}.")
        if len(url) > MAX_URL_LENGTH:
            raise ValidationError(f"An address has at most {MAX_URL_LENGTH} characters; this one has {len(url)}.")
        try:
            _is_web_address(url)
        except ValidationError:
            raise ValidationError("The line must end with an address that begins with http:// or https://.") from None


def _is_link(link) -> bool:
    return isinstance(link, dict) and link.keys() == {"label", "url"} and all(map(_is_line, link.values()))


def _is_line(value) -> bool:
    return isinstance(value, str) and value == one_line(value)


def _host(url: str) -> str:
    """Returns the host of an address, or its beginning if it has none: the label of a link that was typed without."""
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")[:MAX_LABEL_LENGTH] or url[:MAX_LABEL_LENGTH]
