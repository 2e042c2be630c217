"""Rows as tests need them, complete: a paper comes with its authors, its search entry, its day and its affiliation."""

from datetime import UTC, date, datetime

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from factory.django import DjangoModelFactory

from accounts.models import User
from api.models import Delivery, Webhook
from inbox.models import Letter, Notification, Subscription
from orgs.models import Membership, Organisation
from orgs.roles import Role
from papers.ingest.record import PaperRecord
from papers.models import Affiliation, Author, AuthorClaim, Day, Paper, SearchEntry, State, Submission
from papers.names import Details

NOON = datetime(2025, 9, 10, 12, tzinfo=UTC)
RECORD = PaperRecord(
    "2509.08721",
    "Sharing is caring",
    NOON,
    abstract="An abstract.",
    authors=("Ada Lovelace",),
    author_details=(Details(),),
)


class UserFactory(DjangoModelFactory):
    """Somebody who joined long ago and has confirmed an address, unless `confirmed=False`, so that votes count."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"reader{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    date_joined = datetime(2020, 1, 1, tzinfo=UTC)

    @factory.post_generation
    def confirmed(self, create, extracted, **kwargs):
        if extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


def appoint(user: User, **fields) -> User:
    """The user, who is a moderator from now on and has a second factor, as all moderators must."""
    for name, value in ({"is_appointed_moderator": True} | fields).items():
        setattr(user, name, value)
    user.save()
    TOTP.activate(user, generate_totp_secret())
    return user


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    slug = factory.Sequence(lambda n: f"org-{n}")
    name = factory.Sequence(lambda n: f"Organisation {n}")


def admin_of(organisation: Organisation) -> User:
    """Somebody who is an admin of this organisation, whether or not anybody owns it."""
    return Membership.objects.create(organisation=organisation, user=UserFactory(), role=Role.ADMIN).user


class PaperFactory(DjangoModelFactory):
    class Meta:
        model = Paper

    arxiv_id = factory.Sequence(lambda n: f"2509.{n + 10000:05}")
    title = factory.Sequence(lambda n: f"Paper number {n}")
    abstract = "A question, a method and a result."
    published_at = NOON
    listed_at = NOON
    imported_votes = 0
    vote_count = factory.SelfAttribute("imported_votes")
    imported_comments = 0
    comment_count = factory.SelfAttribute("imported_comments")

    authors = ("Ada Lovelace", "Grace Hopper")

    @classmethod
    def _create(cls, model_class, *, authors, **fields):
        paper = super()._create(model_class, author_count=len(authors), **fields)
        Author.objects.bulk_create(Author(paper=paper, position=i, name=name) for i, name in enumerate(authors))
        paper.refresh_from_db()
        SearchEntry.objects.refresh([paper], {paper.pk: authors})
        Day.objects.recount([paper.listed_on])
        if paper.organisation:
            Affiliation.objects.create(paper=paper, organisation=paper.organisation, state=State.ACCEPTED)
        return paper


class AuthorClaimFactory(DjangoModelFactory):
    """Granted, by moderators, to the paper's first author."""

    class Meta:
        model = AuthorClaim

    user = factory.SubFactory(UserFactory)
    paper = factory.SubFactory(PaperFactory)
    name = "Ada Lovelace"
    state = "granted"
    proof = factory.LazyAttribute(lambda claim: "moderators" if claim.state in ("granted", "withdrawn") else "")
    decided_at = factory.LazyAttribute(lambda claim: None if claim.state in ("open", "waiting") else NOON)
    waiting_since = factory.LazyAttribute(lambda claim: NOON if claim.state == "waiting" else None)


class SubmissionFactory(DjangoModelFactory):
    class Meta:
        model = Submission

    user = factory.SubFactory(UserFactory)
    arxiv_id = "2509.08721"
    state = "waiting"
    listed_at = factory.LazyAttribute(lambda row: NOON if row.state == "listed" else None)
    record = factory.LazyAttribute(lambda row: RECORD.as_json() if row.state == "fetched" else None)


class SubscriptionFactory(DjangoModelFactory):
    """Active, the front page, every day at seven; the next issue is that of the day after NOON."""

    class Meta:
        model = Subscription

    email = factory.Sequence(lambda n: f"subscriber{n}@example.org")
    state = "active"
    confirmed_at = NOON
    next_at = factory.LazyAttribute(lambda row: None if row.state != "active" else NOON.replace(day=11, hour=7))


class LetterFactory(DjangoModelFactory):
    class Meta:
        model = Letter

    subscription = factory.SubFactory(SubscriptionFactory)
    day = date(2025, 9, 11)
    title = "Papers"


class NotificationFactory(DjangoModelFactory):
    """Unread: somebody's role in an organisation has changed."""

    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    kind = "role"
    subject = factory.Sequence(lambda n: f"org-{n}")
    facts = {"by": "Olga Owner", "organisation": "The Lab", "slug": "lab", "role": "an admin"}
    delivery = "at_once"
    notified_at = NOON


class WebhookFactory(DjangoModelFactory):
    """Active, of somebody, of the front page."""

    class Meta:
        model = Webhook

    user = factory.SubFactory(UserFactory)
    address = "/papers"
    title = "Papers"
    url = factory.Sequence(lambda n: f"https://example.org/hooks/{n}")
    created_at = NOON


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = Delivery

    webhook = factory.SubFactory(WebhookFactory)
    created_at = next_at = NOON
