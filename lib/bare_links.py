"""Finds web addresses and @names in the text of people: two rules for markdown-it, which also knows code and links."""

import re
from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe
from markdown_it.rules_inline import StateInline

_NOT_IN_URL = r"\s<>\"`\[\]\\^{|}«»\u2000-\u206f\u3000-\u303f\uff01-\uff5e"
_URL = re.compile(rf"(?<![^\W_])https?://[^\W_][^{_NOT_IN_URL}]*", re.IGNORECASE)
_SCHEME = re.compile(r"https?\Z", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w@./+-])@([a-z0-9_-]{1,39})(?![a-z0-9_@-])", re.IGNORECASE | re.ASCII)


def is_url(text: str) -> bool:
    """Returns whether the text is a web address that begins with http:// or https://."""
    return bool(_URL.fullmatch(text))


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yields the pieces of the text, none of them empty, and whether each is a web address."""
    position = 0
    for match in _URL.finditer(text):
        url = _without_punctuation(match[0])
        if before := text[position : match.start()]:
            yield before, False
        yield url, True
        position = match.start() + len(url)
    if position < len(text):
        yield text[position:], False


def linked(text: str) -> SafeString:
    """Returns the text as HTML in which web addresses are links, and nothing else is."""
    return mark_safe(
        "".join(
            f'<a href="{escape(piece)}" rel="nofollow ugc noopener">{escape(piece)}</a>' if is_url else escape(piece)
            for piece, is_url in pieces(text)
        )
    )


def _without_punctuation(url: str) -> str:
    """Returns the address without what ends the sentence around it, such as a full stop or an unopened bracket."""
    unopened = url.count(")") - url.count("(")
    end = len(url)
    while url[end - 1] in ".,:;!?'*_~" or (url[end - 1] == ")" and unopened > 0):
        unopened -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def link_url(state: StateInline, silent: bool) -> bool:
    """Makes a link of a web address that begins with http:// or https://."""
    if state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.src, max(0, state.pos - len("https")), state.pos)
    match = scheme and _URL.match(state.src, scheme.start(), state.posMax)
    if not match:
        return False
    url = _without_punctuation(match[0])
    if not silent:
        if not state.pending.endswith(scheme[0]):
            return False
        state.pending = state.pending.removesuffix(scheme[0])
        _push_link(state, state.md.normalizeLink(url), url)
    state.pos = match.start() + len(url)
    return True


def link_mention(state: StateInline, silent: bool) -> bool:
    """Makes a link of the @name of a person in `env["people"]`, a mapping of names in lower case to addresses.

    All names that might be mentions are added to the list `env["mentions"]`.
    """
    if silent or state.linkLevel or state.src[state.pos] != "@":
        return False
    match = _NAME.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    name = match[1].lower()
    state.env["mentions"].append(name)
    if name not in state.env["people"]:
        return False
    _push_link(state, state.env["people"][name], match[0])
    state.pos = match.end()
    return True


def _push_link(state: StateInline, url: str, text: str) -> None:
    state.push("link_open", "a", 1).attrs = {"href": url}
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1)
