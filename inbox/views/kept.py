"""Stands in for slice B's page of a letter until both are put together."""

from django.http import Http404


def letter(request, issue, key):
    raise Http404
