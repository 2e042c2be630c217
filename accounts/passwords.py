"""Refuses passwords that an attacker of this site would try first."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

SITE = "broadsheet"
SEASONS = ["spring", "summer", "autumn", "fall", "winter"]
MONTHS = [
    *["january", "february", "march", "april", "may", "june"],
    *["july", "august", "september", "october", "november", "december"],
]
MIN_LETTERS = 4  # besides such words
LONG = 16  # characters: digits and signs alone may be as many, or more

# Characters that people type instead of a letter.
_LOOKALIKES = {
    "a": "a4@",
    "b": "b8",
    "e": "e3",
    "g": "g9",
    "i": "i1!|",
    "l": "l1|",
    "o": "o0",
    "s": "s5$",
    "t": "t7+",
}


class GuessablePasswordValidator:
    """Refuses passwords that consist of the site's name, its host, seasons, months and numbers: “Summer-2026!”.

    Digits and signs alone are refused if they are fewer than LONG, since dates and telephone numbers are.
    """

    def validate(self, password: str, user=None) -> None:
        pattern = _guessable(urlsplit(settings.BASE_URL).hostname or "")
        folded = password.casefold()
        for text in (folded, re.sub(r"[\W_]", "", folded)):  # a “$” may be a letter, or stand between letters
            rest, count = pattern.subn("", text)
            letters = re.sub(r"[\W\d_]", "", rest)
            is_short_number = not letters and not count and len(password) < LONG
            if is_short_number or (count and len(letters) < MIN_LETTERS):
                raise ValidationError(
                    "This password is easy to guess: it is little more than the site's name, a season, a date or a "
                    "number.",
                    code="password_guessable",
                )

    def get_help_text(self) -> str:
        return "Your password can't be just the site's name, a season or a date."


@lru_cache(maxsize=1)
def _guessable(host: str) -> re.Pattern:
    """Returns a pattern that matches the guessable words, longer ones first, also with lookalikes for letters."""
    labels = [label for label in host.casefold().split(".") if len(label) >= MIN_LETTERS and not label.isdigit()]
    short = [month[:3] for month in MONTHS]
    words = sorted({SITE, *SEASONS, *MONTHS, *short, *labels}, key=lambda word: (-len(word), word))
    return re.compile("|".join(_pattern(word) for word in words))


def _pattern(word: str) -> str:
    return "".join(f"[{re.escape(_LOOKALIKES.get(letter, letter))}]" for letter in word)
