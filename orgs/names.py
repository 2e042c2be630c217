"""Names and slugs of organisations, and what tells that one could be taken for another (`lib.lookalikes`)."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Lower, Replace

from lib.lookalikes import refuse_addresses, skeleton

# Scripts of one word in Chinese, Japanese and Korean, and marks like the okina, which every script has.
_TOGETHER = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "MODIFIER"}


def skeleton_of(column: str) -> Replace:
    """`lib.lookalikes.skeleton` as SQL, for a column of slugs (ASCII letters, digits, hyphens and underscores)."""
    letters = Func(Lower(column), Value("01i-_"), Value("oll"), function="TRANSLATE")
    return Replace(Replace(letters, Value("rn"), Value("m")), Value("vv"), Value("w"))


class NameSkeletonField(models.CharField):
    """The skeleton of the row's `name`, written whenever the row is saved.

    PostgreSQL cannot compute it as it does for slugs, because it knows no case folding. Values are cut at
    `max_length`, here and in lookups: names that are alike for so long are alike.
    """

    def pre_save(self, instance, add) -> str:
        value = self.get_prep_value(skeleton(instance.name))
        setattr(instance, self.attname, value)
        return value

    def get_prep_value(self, value):
        return super().get_prep_value(value)[: self.max_length]


def plain(name: str) -> None:
    """Raises ValidationError if a word mixes scripts, or if it holds an address of the web."""
    refuse_addresses(name)
    for word in unicodedata.normalize("NFKC", name).split():
        scripts = {unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha()}
        if len(scripts - _TOGETHER) > 1:
            raise ValidationError(f"“{word}” mixes letters of several scripts, so it could imitate another name.")
