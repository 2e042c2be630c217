"""The people who use the site: `python -m bench.campaign.people` makes them and prints them as JSON.

Its process has the environment of the site. A second run returns the same people with new sessions.
"""

import json
import os
import re
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta

READERS = 4
PAPERS = 12  # that the people vote for and so on
COMMENTS = 4  # that are flagged, hidden and shown
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in. `headers` are those of a browser, `token` is the secret of the API."""

    name: str
    headers: dict[str, str]
    token: str
    collection: str


@dataclass(frozen=True)
class Cast:
    """All of them, and what they do something to: ids of papers and of comments."""

    readers: list[Person]
    moderator: Person
    papers: list[str]
    comments: list[int]

    @classmethod
    def read(cls, text: str) -> "Cast":
        data = json.loads(text)
        readers = [Person(**person) for person in data["readers"]]
        return cls(readers, Person(**data["moderator"]), data["papers"], data["comments"])


def _make() -> Cast:
    from bench import database
    from papers.models import Paper

    database.lift_limits()
    papers = list(Paper.objects.order_by("-listed_at", "id")[:PAPERS])
    readers = [_person(f"campaign-{number}") for number in range(READERS)]
    return Cast(readers, _person("campaign-moderator"), [paper.arxiv_id for paper in papers], _comments(papers[0]))


def _person(name: str) -> Person:
    from allauth.account.models import EmailAddress
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from api.models import Scope, Token
    from papers.models import Collection

    joined = timezone.now() - timedelta(days=90)  # so that votes count at once
    is_moderator = name.endswith("moderator")
    values = {"date_joined": joined, "email": f"{name}@example.org", "is_appointed_moderator": is_moderator}
    user, is_new = get_user_model().objects.get_or_create(username=name, defaults=values)
    if is_new:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    _, token = Token.objects.make(user, f"campaign {timezone.now()}", Scope.values)
    collection = Collection.objects.begin(user, user, "Campaign")
    return Person(name, _sign_in(user), token, collection.key)


def _sign_in(user) -> dict[str, str]:
    """Returns the headers of a browser, with a second factor if the user is a moderator."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from allauth.usersessions.models import UserSession
    from django.test import Client

    from bench.servers import HOST

    client = Client(headers={"host": HOST})
    client.force_login(user)
    if user.is_appointed_moderator:
        factor = user.authenticator_set.first() or TOTP.activate(user, generate_totp_secret()).instance
        session = client.session
        session["second_factor"] = factor.pk
        session.save()
    UserSession.objects.create(user=user, session_key=client.session.session_key, ip=HOST)
    token = _TOKEN.search(client.get("/papers").content.decode())[1]
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return {"Cookie": cookies, "X-CSRFToken": token}


def _comments(paper) -> list[int]:
    """Returns the comments that are moderated, whose author does nothing else."""
    from django.contrib.auth import get_user_model

    from papers.models import Comment, Content

    author, _ = get_user_model().objects.get_or_create(username="campaign-author")
    for number in range(author.comments.count(), COMMENTS):
        Comment.objects.post(author, paper, Content(f"To be moderated, number {number}."))
    return list(author.comments.order_by("pk").values_list("pk", flat=True))


if __name__ == "__main__":
    import django

    from lib import postgres

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not os.environ["DATABASE_URL"]:
        postgres.provide()
    django.setup()
    json.dump(asdict(_make()), sys.stdout)
