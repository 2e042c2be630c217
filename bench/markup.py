"""What it costs to draw the Markdown of people, ordinary and hostile: `.venv/bin/python bench/markup.py [--seconds N]`.

Each shape is a piece of text that is repeated up to 1,000, 10,000 and 65,536 characters, and cut to as many marks as
are read as Markdown, so that both ways of drawing are measured at their most expensive. The first line, ordinary
Markdown with formulas, is the yardstick of the others. The line “mixed” is the worst of random shapes, for N seconds.
Printed are milliseconds of CPU time, the median and the most of five. Exits with 1 if a text takes more than 100.
"""

import argparse
import os
import random
import sys
import time
from pathlib import Path
from statistics import median

sys.path[0] = str(Path(__file__).resolve().parent.parent)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from bench.report import Limit, table, verdict  # noqa: E402
from lib import markup  # noqa: E402

MILLISECONDS = 100
LENGTHS = (1_000, 10_000, 65_536)
ORDINARY = (
    "We ran the **second** experiment of [the paper](https://arxiv.org/abs/2509.08721) on eight cards. It needs "
    "$O(n^2)$ steps, see `train.py`:\n\n$$\\sum_{i=1}^n x_i \\le \\frac{1}{2}$$\n\n"
    "- loss as in _table 2_\n- half as fast\n\n"
)
# fmt: off
SHAPES = {
    "quotes": "> ", "lists": "- ", "quoted lists": "> - ", "numbers": "1. ", "staircase": "> a\n  - ",
    "rules": "---\n", "headings": "# a\n\n", "underlined": "a\n=\n", "code": "    a\n", "fences": "```\n",
    "lines": "a\n", "breaks": "a  \n", "paragraphs": "a\n\n", "blank": "\n", "spaces": " ", "tabs": "\t",
    "words": "word ", "quotation marks": '"', "opened": "[", "closed": "]", "images": "![", "links": "[a](b) ",
    "nested links": "[a](", "long targets": "[a](" + "x" * 27, "titles": "[a](b '", "references": "[a][",
    "definitions": "[a]: b\n", "angles": "<", "comments": "<!--", "tags": "<b>", "autolinks": "<http:",
    "stars": "*", "bold": "**a**", "unequal": "*a**b ", "crossed": "*_", "words_": "a_",
    "struck": "~~a~~ ", "stars and brackets": "*[", "ticks": "`", "code spans": "`a` ", "backslashes": "\\",
    "escapes": "\\*", "dollars": "$", "open formulas": "$a ", "formulas": "$x$ ", "commands": "$\\a$ ",
    "blocks": "$$a\n\n", "open braces": "${",
    "primes": "'" * 1998, "bold formulas": "$" + "\\bm{" * 99 + "}" * 99 + "$ ",
    "definition": "$\\def\\a{" + "x+" * 400 + "}" + "\\a" * 500 + "$ ",
    "exponential": "$\\def\\a#1{#1#1}" + "\\a{" * 99 + "x" + "}" * 99 + "$ ",
    "plus": "$" + "x+" * 900 + "x$ ", "per cent": "$" + "%" * 900 + "\\ $ ", "references to characters": "&amp;",
    "ampersands": "&", "addresses": "http://a.de ", "schemes": "http://", "open addresses": "http://a.de/(",
    "long address": "https://a.de/" + "x" * 65_536, "names": "@ada ", "at signs": "@", "mails": "a@b.org ",
    "domains": "a.de ", "hosts": "a.", "slashes": "//", "table": "|a|b|\n|-|-|\n",
    "accents": "a\u0301\u0302\u0303\u0304\u0305", "right to left": "\u202e", "emoji": "\U0001f469\u200d\U0001f52c",
    "halves": "\ud800",
}
# fmt: on


def shape(piece: str, length: int) -> str:
    """Returns the piece again and again, without what would make a short text be shown as it was typed."""
    text = (piece * (length // len(piece) + 1))[:length]
    marks = [match.start() for match in markup.MARK.finditer(text[: markup.MAX_LENGTH])]
    if length > markup.MAX_LENGTH or len(marks) <= markup.MAX_MARKS:
        return text
    return text[: marks[markup.MAX_MARKS]].ljust(length, "x")


def draw(text: str) -> float:
    """Returns the milliseconds of the slowest way of drawing the text."""
    times = []
    for function in (markup.markdown, markup.markdown_text, markup.mentions):
        began = time.process_time()
        function(text)
        times.append((time.process_time() - began) * 1_000)
    return max(times)


def mixed(seconds: float) -> dict[int, tuple[float, str]]:
    """Returns for each length the most milliseconds that a random shape took, and its piece."""
    rng, pieces, worst = random.Random(14), list(SHAPES.values()), dict.fromkeys(LENGTHS, (0.0, ""))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        piece = "".join(rng.choice(pieces)[:40] for _ in range(rng.randint(2, 5)))
        for length in LENGTHS:
            taken = draw(shape(piece, length))
            if taken > worst[length][0]:
                worst[length] = (min(taken, draw(shape(piece, length))), piece)
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=30.0, metavar="N", help="for random shapes")
    options = parser.parse_args()
    rows, yardstick = [], 0.0
    for name, piece in {"ordinary": ORDINARY, **SHAPES}.items():
        times = [sorted(draw(shape(piece, length)) for _ in range(5)) for length in LENGTHS]
        yardstick = yardstick or median(times[1])
        figures = [figure for taken in times for figure in (median(taken), taken[-1])]
        rows.append((name, *figures, max(figures) / yardstick))
    random_worst = mixed(options.seconds)
    figures = [figure for taken, _ in random_worst.values() for figure in (None, taken)]
    rows.append(("mixed", *figures, max(taken for taken, _ in random_worst.values()) / yardstick))
    heads = [head for length in LENGTHS for head in (f"{length:,}", "most")]
    print(table(["shape", *heads, "× ordinary"], rows))
    print(*(f"{length:,}: {piece!r}" for length, (_, piece) in random_worst.items()), sep="\n")
    slowest = max(rows, key=lambda row: row[-1])
    return verdict([Limit(f"milliseconds, {slowest[0]}", slowest[-1] * yardstick, MILLISECONDS)])


if __name__ == "__main__":
    sys.exit(main())
