"""What a moderator had read when deciding."""

from typing import NamedTuple, Self

from django import forms

MAX_DIGITS = 18  # of an id


class Seen(NamedTuple):
    """The ids of the last action, flag and answer about a row that a page has shown; 0 for none."""

    action: int = 0
    flag: int = 0
    answer: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """Returns what `str` wrote. Raises ValueError."""
        numbers = text.split("-")
        if len(numbers) != 3 or not all(map(_is_id, numbers)):
            raise ValueError(text)
        return cls(*map(int, numbers))

    def __str__(self) -> str:
        return "-".join(map(str, self))


class SeenField(forms.CharField):
    """The hidden field of a form that says what its page has shown."""

    widget = forms.HiddenInput

    def clean(self, value) -> Seen:
        try:
            return Seen.read(super().clean(value))
        except ValueError:
            raise forms.ValidationError("This form is damaged. Reload the page.") from None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
