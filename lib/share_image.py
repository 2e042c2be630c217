"""Draws the picture that other sites show beside a link to a page: the masthead with a kicker, a title and a line.

It is drawn in the web process, since no file from outside is opened: only the site's typeface, and plain text.
"""

import re
import unicodedata
from functools import cache, lru_cache
from io import BytesIO
from itertools import groupby
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from lib.env import ROOT
from lib.text import cut, one_line, unbroken

WIDTH, HEIGHT = 1200, 630  # pixels
SLOGAN = "The daily front page for research papers"
_WORD = re.compile(r"(?:\S|\N{NO-BREAK SPACE})+")
_MAX_LENGTH = 400  # characters of a text; fewer fit
_SUBSETS = ("latin", "latin-ext", "greek")
# A shade of grey stands for a colour between ink and paper of the light scheme (static/css/tokens.css).
INK, PAPER = (28, 27, 25), (253, 252, 248)
_INK, _SOFT, _RULE, _PAPER = 0, 70, 210, 255
_SHADES = 16  # in the file, one apart from the next by 17
_LEFT, _TOP, _BOTTOM = 72, 226, 598  # of the box of the title and the line
_WIDTH = WIDTH - 2 * _LEFT
_GAP = 24  # between the title and the line
_LEADING = 1.2  # from one baseline to the next, in sizes
_ASCENT = 0.92  # from the top of a line to its baseline, in sizes


class Style(NamedTuple):
    """A size in pixels and a weight of the typeface."""

    size: int
    weight: int = 400

    @property
    def leading(self) -> float:
        return self.size * _LEADING


_NAME, _KICKER, _LINE = Style(92, 700), Style(30, 600), Style(32)
_TITLES = [Style(size, 700) for size in (88, 76, 64, 54, 46)]  # the largest in which the title fits is taken
_MAX_LINES = 2  # of the line below the title


def draw(kicker: str, title: str, line: str) -> bytes:
    """Returns a PNG. A text with letters that the typeface lacks is left out; the next one then takes its place."""
    image = Image.new("L", (WIDTH, HEIGHT), _PAPER)
    canvas = ImageDraw.Draw(image)
    _masthead(canvas, spelled(kicker))
    title, line, *_ = [*filter(None, map(spelled, (title, line))), "", ""]
    style, titles, lines = _arranged(title or SLOGAN, line)
    height = len(titles) * style.leading + (_GAP + len(lines) * _LINE.leading if lines else 0)
    y = _TOP + (_BOTTOM - _TOP - height) / 2
    y = _write(canvas, y, titles, style, _INK)
    _write(canvas, y + _GAP, lines, _LINE, _SOFT)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    image = image.point([round(shade / 17) for shade in range(256)])
    image.putpalette(
        round(ink + (paper - ink) * shade / (_SHADES - 1))
        for shade in range(_SHADES)
        for ink, paper in zip(INK, PAPER, strict=True)
    )
    data = BytesIO()
    image.save(data, "PNG", bits=4)
    return data.getvalue()


def spelled(text: str) -> str:
    """Returns the text in one line of characters that the typeface has, or "" if it has a letter without one.

    Accents that are missing are left out, and so are emoji. Letters and digits of formulas become ordinary ones.
    """
    characters = [_spelled(character) for character in cut(one_line(text), _MAX_LENGTH)]
    return "" if None in characters else "".join(characters)


def _spelled(character: str) -> str | None:
    if _subset(character) is not None:
        return character
    if unicodedata.category(character) == "So":  # emoji, for example
        return ""
    plain = [part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)]
    return None if None in map(_subset, plain) else "".join(plain)


@cache
def _fonts(style: Style) -> list[ImageFont.FreeTypeFont]:
    """The typeface in this style: a font for each of its subsets."""
    files = [ROOT / "static" / "fonts" / f"source-serif-4-{subset}.woff2" for subset in _SUBSETS]
    fonts = [ImageFont.truetype(file, style.size) for file in files]
    for font in fonts:
        font.set_variation_by_axes([style.weight])
    return fonts


@lru_cache(5_000)
def _subset(character: str) -> int | None:
    """The position of the first subset that has this character, or None."""
    fonts = enumerate(_fonts(_LINE))
    missing = "\uffff"  # drawn as the box that stands for all characters which a font lacks
    return next((at for at, font in fonts if bytes(font.getmask(character)) != bytes(font.getmask(missing))), None)


def _runs(text: str, style: Style) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    return [("".join(run), _fonts(style)[subset]) for subset, run in groupby(text, _subset)]


def _width(text: str, style: Style) -> float:
    return sum(font.getlength(run) for run, font in _runs(text, style))


def _wrapped(text: str, style: Style) -> list[str]:
    """The lines of this text. A word that is wider than a line is divided."""
    lines = [""]
    for word in _WORD.findall(unbroken(text)):
        if lines[-1] and _width(f"{lines[-1]} {word}", style) <= _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines += _divided(word, style)
    return lines[1:]


def _divided(word: str, style: Style) -> list[str]:
    pieces = [""]
    for character in word:
        if _width(pieces[-1] + character, style) > _WIDTH:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _cut(lines: list[str], count: int) -> list[str]:
    """At most `count` of the lines, the last one with an ellipsis if there are more."""
    rest = lines[count - 1 :]
    return [*lines[: count - 1], cut(" ".join(rest), len(rest[0]) - 1)] if len(rest) > 1 else lines


def _arranged(title: str, line: str) -> tuple[Style, list[str], list[str]]:
    """The style and the lines of the title, and the lines below it."""
    lines = _cut(_wrapped(line, _LINE), _MAX_LINES)
    height = _BOTTOM - _TOP - (_GAP + len(lines) * _LINE.leading if lines else 0)
    for style in _TITLES:
        titles = _wrapped(title, style)
        if len(titles) * style.leading <= height:
            break
    return style, _cut(titles, int(height / style.leading)), lines


def _write(canvas: ImageDraw.ImageDraw, y: float, lines: list[str], style: Style, shade: int, left=_LEFT) -> float:
    """Write these lines from this height on; return the height at which they end."""
    for line in lines:
        x = left
        for run, font in _runs(line, style):
            canvas.text((x, round(y + _ASCENT * style.size)), run, shade, font, anchor="ls")
            x += font.getlength(run)
        y += style.leading
    return y


def _masthead(canvas: ImageDraw.ImageDraw, kicker: str) -> None:
    """The name, a double rule, and the kicker in the place of the date."""
    for y, text, style in ((22, "Broadsheet", _NAME), (158, kicker, _KICKER)):
        _write(canvas, y, [text], style, _INK, left=(WIDTH - _width(text, style)) / 2)
    for top, bottom, shade in ((142, 144, _INK), (148, 150, _INK), (206, 207, _RULE)):
        canvas.rectangle((_LEFT, top, WIDTH - _LEFT - 1, bottom), shade)
