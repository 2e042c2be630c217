"""The links of a paper to which records are applied: what a record may replace, and what an abstract names."""

import re

from papers.models import LinkSource
from papers.models.links import UNCHECKED

_HOSTS = ("github.com/", "gitlab.com/", "codeberg.org/")
_LINK = re.compile(
    rf"(?<![\w.@/-])(?:https?://)?(?:www\.)?((?:{'|'.join(map(re.escape, _HOSTS))})[\w-]+/[\w.-]*\w)", re.ASCII
)
_WORDS = re.compile(
    r"\b(?:code|codebase|implementations?|implemented|source|software|package|repository)\b", re.IGNORECASE
)
_DISTANCE = 150  # characters around a link within which a word says that it leads to code
_FOLLOWS = {"code": UNCHECKED, "project": {}}  # the columns that a new link of this name resets


def settled(stored: dict, new: dict) -> dict:
    """Return the new values, without links that a person has set, and with the columns that depend on a changed link.

    A new value that a record has stays: its stars are those of the repository that it names. A record without a code
    link has the one that its abstract names, unless the paper has one from elsewhere, or a person has removed it.
    """
    if "code_url" not in new and _may_find(stored) and (found := in_abstract(new.get("abstract", ""))):
        new = {**new, "code_url": found, "code_source": LinkSource.AUTOMATIC}
    for name in _FOLLOWS:
        if f"{name}_url" in new:
            new = _settled(name, stored, new)
    return new


def stated(stored: dict, new: dict, *, is_hub: bool) -> dict:
    """Return the new values without a code link that another Broadsheet has found in the abstract, as this one does."""
    url = new.get("code_url")
    if is_hub or not url or url != in_abstract(new.get("abstract", "")):
        return new
    is_found = url == stored.get("code_url") or _may_find(stored)
    return {name: value for name, value in new.items() if name != "code_url"} if is_found else new


def in_abstract(abstract: str) -> str:
    """Return the address of a repository, or "" if the abstract names none or several or does not speak of code."""
    if not any(host in abstract for host in _HOSTS):
        return ""
    text = abstract.replace("\\_", "_")
    links = {match[1].removesuffix(".git").lower(): match for match in _LINK.finditer(text)}
    if len(links) != 1:
        return ""
    [match] = links.values()
    around = text[max(0, match.start() - _DISTANCE) : match.start()] + text[match.end() : match.end() + _DISTANCE]
    return f"https://{match[1].removesuffix('.git')}" if _WORDS.search(around) else ""


def _may_find(stored: dict) -> bool:
    """Return whether the paper has no code link, or one that was found in its abstract."""
    source = stored.get("code_source", LinkSource.IMPORT)
    return source == LinkSource.AUTOMATIC or (source == LinkSource.IMPORT and not stored.get("code_url"))


def _settled(name: str, stored: dict, new: dict) -> dict:
    url, source, stars = f"{name}_url", f"{name}_source", f"{name}_stars"
    is_same = new[url] == stored.get(url, "")
    if LinkSource(stored.get(source, LinkSource.IMPORT)).outranks(LinkSource.IMPORT):
        left_out = {url} if is_same else {url, stars}
        return {key: value for key, value in new.items() if key not in left_out}
    return {**({} if is_same else _FOLLOWS[name]), source: LinkSource.IMPORT, **new}
