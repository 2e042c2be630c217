"""TeX's ligatures: ``quotes'', dashes, and the tie between two words."""

import re

_LIGATURE = re.compile(
    r"(?P<same>[a-zA-Z]{2,9}://[^\s`']*|`{3,})"
    r"|(?P<opening>(?<![\w.,!?])``)|(?P<closing>''+|``)"
    r"|(?P<single>(?<![^\s(\[–—-])`(?=\S))|(?P<end>(?<=[^\s'])'(?![\w']))"
    r"|(?P<dash>(?<!-)---(?!-))|(?P<range>(?<![\s(\[`'\"/-])--(?!-)|(?<!-)--(?=\s|$))"
    r"|(?P<tie>(?<=[\w.,;:)\]}%'’”$])~(?=[\w\\$(\[{“‘`]))"
)
_SIGNS = ("`", "~", "''", "--")
_CLOSED = re.compile(r"[^`]{0,100}?[^\s`]'(?![\w'])", re.DOTALL)
_TEXTS = {"opening": "“", "closing": "”", "single": "‘", "end": "’", "dash": "—", "range": "–", "tie": "\u00a0"}


def ligatures(source: str) -> list[tuple[int, int, str]]:
    """Returns start, end and text of the ligatures in TeX, in order.

    Addresses, options such as --help, and quotation marks without a partner are none.
    """
    if not any(sign in source for sign in _SIGNS):  # which takes less time
        return []
    matches = _LIGATURE.finditer(source)
    return [(*match.span(), text) for match in matches if (text := _ligature(source, match)) != match[0]]


def _ligature(source: str, match: re.Match) -> str:
    start, kind = match.start(), match.lastgroup
    match kind:
        case "same":
            return match[0]
        case "closing" if source.find("``", 0, start) < 0 or len(match[0]) != 2:
            return match[0]
        case "single" if not _CLOSED.match(source, match.end()):
            return match[0]
        case "end" if not _is_open(source, start):
            return match[0]
    return _TEXTS[kind]


def _is_open(source: str, position: int) -> bool:
    """Returns whether a single quotation mark is open at a position."""
    opening = source.rfind("`", 0, position)
    return opening >= 0 and source[opening - 1 : opening] != "`" and not _CLOSED.match(source, opening + 1, position)
