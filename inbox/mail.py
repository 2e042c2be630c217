"""Stub, to be replaced."""

from django.core.mail import EmailMultiAlternatives


def message(letter, edition):
    headers = {"Message-ID": f"<{letter.key}@example.org>"}
    return EmailMultiAlternatives(
        edition.title, f"{len(edition.papers)} papers\n.dot\n", to=[letter.subscription.email], headers=headers
    )
