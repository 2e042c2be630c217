"""Flags that are made up, and a moderator who is signed in. Django must have been set up."""

from random import Random

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model
from django.test import Client

from bench.commenting import discuss
from bench.database import signed_in
from moderation.models import Case, Flag
from moderation.reasons import reasons_for
from moderation.subjects import KINDS
from papers.models import Paper

_COMMENTS, _FLAGS_A_CASE = 150, 2


def moderator() -> Client:
    """The browser of a moderator who has used a second factor."""
    person, is_new = get_user_model().objects.get_or_create(username="moderator", is_appointed_moderator=True)
    factor = TOTP.activate(person, generate_totp_secret()).instance if is_new else person.authenticator_set.first()
    client, _ = signed_in(person)
    session = client.session
    session["second_factor"] = factor.pk
    session.save()
    return client


def clear() -> None:
    Case.objects.all().delete()


def flag(number: int) -> str:
    """Write this many flags, of comments, papers and people; return the address of a comment with some."""
    random, paper = Random(number), Paper.objects.order_by("pk").first()
    discuss(paper.pk, _COMMENTS)
    comments = list(paper.comments.values_list("pk", flat=True))
    people = list(get_user_model().objects.filter(username__startswith="commenter-"))
    subjects = [("comment", pk) for pk in comments]
    subjects += [("paper", pk) for pk in Paper.objects.values_list("pk", flat=True)[:50]]
    subjects += [("person", person.pk) for person in people[:50]]
    random.shuffle(subjects)
    for kind, pk in subjects[: number // _FLAGS_A_CASE]:
        for person in random.sample(people, _FLAGS_A_CASE):
            reason = random.choice(reasons_for(kind))
            Flag.objects.make(person, KINDS[kind], pk, reason, "It says the same in ten places.")
    return f"/moderation/comment/{next(pk for kind, pk in subjects if kind == 'comment')}"
