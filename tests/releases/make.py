"""Makes the backup of a small site that later releases are tested to upgrade: `python -m tests.releases.make`.

The site is the demo, with pictures, and with a row in every table that the demo leaves empty. The backup is written by
`manage.py backup` into a folder beside this file that is named after the release, in place of the one that is there.
"""

import os
import shutil
import tempfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

FOLDER = Path(__file__).parent
PASSWORD = "demo-demo-demo"
# Tables that stay empty: nothing of them is in a backup, or no row of theirs can be made without another site.
EMPTY = {"account_emailconfirmation", "socialaccount_socialapp", "socialaccount_socialtoken"}


def make(target: Path) -> None:
    """Write the backup. The state folder is the one in the environment, and is empty."""
    import django

    from lib import postgres

    postgres.provide()
    django.setup()
    from django.core.management import call_command

    call_command("prepare")
    fill()
    call_command("embed", limit=5)
    if target.exists():
        shutil.rmtree(target)
    call_command("backup", str(target))


def fill() -> None:
    """Add pictures, and rows to the tables that have none."""
    from accounts.models import User
    from orgs.models import Organisation
    from papers.models import Paper

    people = {user.username: user for user in User.objects.all()}
    papers = list(Paper.objects.order_by("pk"))
    lab = Organisation.objects.order_by("pk")[0]
    _add_pictures(people["alice"], lab, papers[0])
    _add_rows_of_accounts(people["alice"])
    _add_rows_of_organisations(people["alice"], people["bob"], lab)
    _add_rows_of_papers(people["bob"], papers)
    _add_rows_of_moderation(people["heidi"])
    _add_rows_of_programs(people["alice"], people["bob"])


def _picture(colour: str):
    from django.core.files.base import ContentFile
    from PIL import Image

    Image.new("RGB", (320, 240), colour).save(data := BytesIO(), "PNG")
    return ContentFile(data.getvalue())


def _add_pictures(alice, lab, paper) -> None:
    from lib.images import COVER, FIGURE, LOGO, PORTRAIT, keep
    from papers.models import Paper

    type(alice).objects.filter(pk=alice.pk).update(portrait=keep(_picture("teal"), PORTRAIT))
    logo, cover = keep(_picture("maroon"), LOGO), keep(_picture("navy"), COVER)
    type(lab).objects.filter(pk=lab.pk).update(logo=logo, cover=cover)
    Paper.objects.touch([paper.pk], picture=keep(_picture("olive"), FIGURE))


def _add_rows_of_accounts(alice) -> None:
    from allauth.socialaccount.models import SocialAccount
    from allauth.usersessions.models import UserSession
    from django.contrib.admin.models import LogEntry
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.cache import caches

    from accounts.models import SecurityEvent, Suppression
    from tests.factories import appoint

    appoint(alice)
    group, permission = Group.objects.create(name="Editors"), Permission.objects.first()
    group.permissions.add(permission)
    alice.groups.add(group)
    alice.user_permissions.add(permission)
    LogEntry.objects.create(user=alice, action_flag=2, content_type=ContentType.objects.first())
    SecurityEvent.objects.create(user=alice, kind="password_changed")
    Suppression.objects.create(digest="0" * 64, why="bounced")
    SocialAccount.objects.create(user=alice, provider="github", uid="1")
    session = SessionStore()
    session.create()
    UserSession.objects.create(user=alice, ip="192.0.2.1", session_key=session.session_key, user_agent="Firefox")
    caches["default"].set("job-error-1", "A reason", None)


def _add_rows_of_organisations(alice, bob, lab) -> None:
    from django.utils import timezone

    from orgs.models import Claim, FormerSlug, SourceIdentity

    now = timezone.now()
    FormerSlug.objects.create(slug="a-former-name", organisation=lab)
    Claim.objects.create(organisation=lab, user=bob, reason="I work there.")
    SourceIdentity.objects.create(site="https://example.org", source_id="1", organisation=lab, slug="x", latest_at=now)
    invited = {"invited": "carol", "email": "carol@example.org", "digest": "1" * 64, "role": "member"}
    lab.invitations.create(inviter=alice, expires_at=now + timedelta(days=7), **invited)


def _add_rows_of_papers(bob, papers: list) -> None:
    from django.utils import timezone

    from papers import models
    from tests.factories import AuthorClaimFactory, SubmissionFactory

    now, [first, second, *_] = timezone.now(), papers
    for model in (models.Seen, models.PaperFollow, models.HeldVote):
        model.objects.create(user=bob, paper=first)
    models.Dismissed.objects.create(user=bob, paper=second)
    models.AiText.objects.create(paper=first, summary="A summary.", model="a model", made_at=now)
    models.AuthorFollow.objects.create(user=bob, name="Ada Lovelace", folded="ada lovelace")
    models.Correction.objects.create(paper=first, changes={"code_url": ["", "https://example.org/code"]})
    models.DataExport.objects.create(user=bob)
    models.DayDone.objects.create(user=bob, date=now.date(), done_at=now)
    models.FeedKey.objects.create(user=bob)
    models.Fetched.objects.create(address="https://example.org/papers")
    models.Intake.objects.begin(bob, b"2509.00001")
    models.Origin.objects.create(paper=first)
    models.RemovedPaper.objects.create(arxiv_id="2509.00099", paper_key=99_999, reason="A hoax.")
    models.SavedFilter.objects.create(user=bob, name="With code", query="has=code")
    models.SiteCount.objects.create(paper=first, site="https://example.org", votes=0, comments=0)
    models.Visit.objects.create(user=bob, current_at=now)
    AuthorClaimFactory(user=bob, paper=first, name=first.authors.first().name, state="open")
    SubmissionFactory(user=bob)


def _add_rows_of_moderation(heidi) -> None:
    from moderation.models import Action, Answer, Case

    action = Action.objects.first()
    action.people.add(heidi)
    Answer.objects.create(action=action, user=heidi, case=Case.objects.first(), text="It was right.")


def _add_rows_of_programs(alice, bob) -> None:
    from django.db import connection

    from api.models import StoredAnswer, Token
    from tests.factories import DeliveryFactory, LetterFactory, NotificationFactory, WebhookFactory

    Token.objects.make(alice, "A program", ["read"])
    StoredAnswer.objects.create(user=alice, key="1", digest="2" * 64)
    DeliveryFactory(webhook=WebhookFactory(user=alice))
    LetterFactory()
    NotificationFactory(user=bob)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        cursor.execute(
            "INSERT INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp) VALUES ('x', '', 1)"
        )


ENVIRONMENT = {
    "BASE_URL": "http://127.0.0.1:8000",
    "BROADSHEET_DEMO": "1",
    "BROADSHEET_DEMO_PASSWORD": PASSWORD,
    "DATABASE_URL": "",
    "DEBUG": "1",  # no static files are collected
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "EMBEDDING": "bundled",
    "PGTZ": "UTC",  # in which the dump has its times
    "SECRET_KEY": "",
}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= ENVIRONMENT | {"BROADSHEET_DATA": folder}
        from lib.release import version

        make(FOLDER / version())
