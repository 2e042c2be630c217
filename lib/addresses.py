"""Addresses of pages, made once for the same arguments, since Django takes most of a page's time to make them."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(10_000, typed=True)
def address(name: str, *args: str | int) -> str:
    """Returns what `reverse` does. An address here depends on its name and arguments alone: there is no prefix."""
    return reverse(name, args=args)
