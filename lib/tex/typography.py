"""TeX's ligatures: ``quotes'', dashes, and the tie between two words."""

import re

_LIGATURE = re.compile(
    r"(?P<same>[^\s`']*://[^\s`']*|`{3,})"
    r"|(?P<opening>(?<![\w.,!?])``)|(?P<closing>''+|``)"
    r"|(?P<single>(?<![^\s(\[–—-])`(?=\S))|(?P<end>(?<=[^\s'])'(?![\w']))"
    r"|(?P<dash>(?<!-)---(?!-))|(?P<range>(?<![\s(\[`'\"/-])--(?!-)|(?<!-)--(?=\s|$))"
    r"|(?P<tie>(?<=[\w.,;:)\]}%'’”$])~(?=[\w\\$(\[{“‘`]))"
)
_CLOSED = re.compile(r"[^`]{0,100}?[^\s`]'(?![\w'])", re.DOTALL)
_TEXTS = {"opening": "“", "closing": "”", "single": "‘", "end": "’", "dash": "—", "range": "–", "tie": "\u00a0"}


def typographic(source: str, start: int, end: int) -> str:
    """Returns the characters of a text from `start` to `end` with ligatures; what is beside them is looked at, too.

    Addresses, options such as --help, and quotation marks without a partner stay as they are.
    """
    pieces, position = [], start
    for match in _LIGATURE.finditer(source, start, len(source)):
        if match.start() >= end:
            break
        pieces.append(source[position : match.start()])
        pieces.append(_ligature(source, match)[: end - match.start()])
        position = match.end()
    return "".join([*pieces, source[position:end]])


def _ligature(source: str, match: re.Match) -> str:
    start, kind = match.start(), match.lastgroup
    match kind:
        case "same":
            return match[0]
        case "closing" if "``" not in source[:start] or len(match[0]) != 2:
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
