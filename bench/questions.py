"""The texts that the benchmarks search for: whole, misspelt and partial titles, and the questions of queries.json.

Titles are drawn with a fixed seed.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from string import ascii_lowercase

from papers.models import Paper

HIDDEN = "title hidden"
_SEED = 3
_TYPOS = 300
_WORD = re.compile(r"\w[\w-]*")
_EVERY, _LETTERS = 3, 5  # a typing error in every third word of five letters or more

type Questions = list[tuple[str, int]]  # a text, and the key of the one paper that it is about


def sets(titles: int) -> dict[str, Questions]:
    """Returns sets of questions by name. The first one is for a database in which titles are hidden."""
    whole = list(Paper.objects.order_by("arxiv_id").values_list("title", "pk"))
    random = Random(_SEED)
    spoilt = ((misspell(title, random), title, pk) for title, pk in random.sample(whole, len(whole)))
    typos = [(text, pk) for text, title, pk in spoilt if text != title]
    return {HIDDEN: random.sample(whole, min(titles, len(whole))), **written(), "typos": typos[:_TYPOS]}


def written() -> dict[str, Questions]:
    """The questions of queries.json by kind."""
    keys = dict(Paper.objects.values_list("arxiv_id", "pk"))
    kinds = json.loads((Path(__file__).with_name("queries.json")).read_text())
    return {kind: [(row["question"], keys[row["arxiv_id"]]) for row in rows] for kind, rows in kinds.items()}


def misspell(text: str, random: Random) -> str:
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) >= _LETTERS]
    for place in long[_EVERY - 1 :: _EVERY] or long[-1:]:
        words[place] = _spoil(words[place], random)
    return " ".join(words)


def _spoil(word: str, random: Random) -> str:
    """The word with a letter but the first swapped with the next, dropped, doubled or wrong."""
    spoilt = word
    while spoilt == word:
        at = random.randrange(1, len(word) - 1)
        before, letter, after = word[:at], word[at], word[at + 1 :]
        swapped = before + after[0] + letter + after[1:]
        spoilt = random.choice(
            [swapped, before + after, before + 2 * letter + after, before + random.choice(ascii_lowercase) + after]
        )
    return spoilt


def pieces() -> Iterator[str]:
    """Three to eight words side by side in a title, of every title, none twice."""
    random, used = Random(_SEED), set()
    titles = list(Paper.objects.order_by("arxiv_id").values_list("title", flat=True))
    for title in random.sample(titles, len(titles)):
        words = _WORD.findall(title)
        number = random.randint(3, 8)
        start = random.randint(0, max(0, len(words) - number))
        piece = " ".join(words[start : start + number])
        if piece not in used:
            used.add(piece)
            yield piece
