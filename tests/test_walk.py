"""Every address × everybody: what each may read is what the tables say, and no secret reaches anybody else.

The addresses are taken from the URL configuration itself, so that a new one is walked, too.
"""

from copy import deepcopy

import pytest
from django.db import transaction
from django.urls import reverse

from lib.conflicts import digests
from moderation.models import Action, Answer, Flag
from moderation.subjects import KINDS
from orgs.models import Claim, Membership
from orgs.roles import CONNECT, EDIT, KEEP, MAY, SEE, TAG, Role
from papers.models import (
    Affiliation,
    AiText,
    Bookmark,
    Collection,
    Comment,
    Content,
    FeedKey,
    Intake,
    Item,
    SavedFilter,
    Vote,
    directory,
)
from papers.models.collection import Visibility
from tests.addresses import addresses
from tests.conftest import Reader
from tests.factories import (
    NOON,
    AuthorClaimFactory,
    LetterFactory,
    NotificationFactory,
    OrganisationFactory,
    PaperFactory,
    SubmissionFactory,
    SubscriptionFactory,
    UserFactory,
    appoint,
)
from tests.orgs.conftest import confirm, join

PEOPLE = ["owner", "admin", "member", "invited", "former", "moderator", "reader", "anonymous"]
EVERYBODY, SIGNED_IN = set(PEOPLE), set(PEOPLE) - {"anonymous"}


def may(permission):
    return {role.value for role in Role if permission in MAY[role]}


# Whoever is not named here and may not read is told so (403), or gets a 404; the rest of the site is for everybody.
READERS = {
    **{f"accounts:{page}": SIGNED_IN for page in ("profile", "sign_in_again", "security")},
    "accounts:moderators": set(),  # none of them is a superuser
    # There are no such tokens.
    **{f"inbox:{page}": set() for page in ("confirm", "never", "unsubscribe", "manage", "stop")},
    **dict.fromkeys(("inbox:letters", "orgs:new", "machines:tokens", "machines:webhooks"), SIGNED_IN),
    "machines:org_webhooks": may(CONNECT),
    "orgs:edit": may(EDIT),
    "orgs:log": may(SEE) | {"moderator"},
    "orgs:claim": set(),  # the lab has an owner
    "orgs:members": may(SEE) | {"moderator"},
    "orgs:invitation": set(),  # there is no such token
    **{name: {"moderator"} for name in ("orgs:claims", "orgs:merge", "moderation:queue", "moderation:subject")},
    "moderation:flag": SIGNED_IN,
    "moderation:answer": {"owner"},  # who wrote the comment that was hidden
    "moderation:decision": set(),  # which leads on
    "moderation:suspended": set(),  # there is no such token
    **{f"papers:{page}": may(EDIT) for page in ("preview_org", "featured", "sections")},
    "papers:suggestions": may(TAG),
    "papers:refused": may(TAG),
    "papers:collection": may(SEE),  # this one is private, and the lab's
    "papers:edit_collection": may(KEEP),
    "papers:arrange": may(KEEP),
    **{f"papers:{page}_collection": SIGNED_IN for page in ("new", "choose")},
    **{f"papers:{page}": SIGNED_IN for page in ("my_collections", "bookmarks", "data", "submit", "claim")},
    "papers:feed": may(SEE),  # of the private collection
    "papers:opml": SIGNED_IN,
    "papers:import_papers": SIGNED_IN,
    **{f"papers:{page}": SIGNED_IN for page in ("following", "start_following", "followed", "catch_up", "dismissed")},
    # who has claimed to be an author, or has made it
    **{f"papers:{page}": {"reader"} for page in ("correct", "submission", "intake", "edit_comment")},
    **{f"papers:{page}": {"reader", "moderator"} for page in ("artefacts", "summary")},
    "papers:fetch_export": set(),  # there is no such token
    "papers:comment_log": {"moderator"},
    **{f"papers:{page}": SIGNED_IN for page in ("write_comment", "report", "reply")},
    **{name: set() for name in ("papers:leave", "machines:make_token")},  # which ask for the password first
    **{f"machines:{page}": set() for page in ("dump_index", "dump_file")},  # none was made
    **{name: set() for name in ("papers:pick", "machines:reference_with_slash")},  # which lead on
    **{f"papers:{page}": set() for page in ("share_card", "embed")},  # of a private collection, whoever looks
    **{f"inbox:{page}": SIGNED_IN for page in ("notifications", "choices")},
}
# A word → who may read it somewhere.
SECRETS = {
    **dict.fromkeys(("Roadmap-of-the-lab", "a-note-within"), may(SEE)),
    "words-of-the-draft": may(EDIT),
    "reason-of-a-suggestion": may(TAG),
    **{f"{what}-of-rita": {"reader"} for what in ("Private-shelf", "Search", "Letters")},
    **{f"problem-of-{what}": {"reader"} for what in ("a-submission", "an-import")},
    "message-of-a-claim": set(),
    "words-of-a-language-model": set(),  # since no setting lets them be read
    "Shelf-by-link-only": set(),  # nobody who has not the link; it is not among the addresses
    "address-of-a-subscriber": set(),  # the page of whose letter is for whoever has its address
    **{f"words-of-a-{state}-comment": {"moderator"} for state in ("retracted", "hidden")},
    **{words: {"moderator"} for words in ("words-of-a-flag", "Fiona Flagger", "reason-of-a-claim")},
    "words-of-an-answer": {"owner", "moderator"},
    "Olga Owner": {"reader"},  # in a notification of hers
    "Hilda Hidden": may(SEE) | {"moderator"},  # in the lab, which is all that her page does not say
}
FORM = {
    "name": "x",
    "paper": "2509.08721",
    "into": "hush",
    "collection": "hush",
    "what": "hush",
    "to": "top",
    "note": "x",
    "was": "a guess",
    "place": "0",
    "revision": "0",
    "edition": "0",
    "invited": "hilda",
    "role": "admin",
    "old": "lab",
    "answer": "x",
    "reason": "x",
    "query": "has=code",
    "email": "somebody@example.org",
    "text": "x",
}


ADDRESSES = addresses()
pytestmark = pytest.mark.usefixtures("scene")


def build_scene():
    """A browser of each kind of person, and one of everything that not everybody may know."""
    alice, bob = confirm(UserFactory(username="alice", name="Alice Ash")), confirm(UserFactory(username="bob"))
    lab = OrganisationFactory(slug="lab", name="The Lab")
    Membership.objects.create(organisation=lab, user=alice, role=Role.OWNER)
    Membership.objects.create(organisation=lab, user=bob, role=Role.MEMBER)
    people = {"owner": alice, "member": bob, "anonymous": None}
    people["moderator"] = confirm(appoint(UserFactory()))
    people["reader"] = confirm(UserFactory(username="rita"))
    people["admin"] = join(lab, Role.ADMIN)
    people["invited"] = confirm(UserFactory(username="ivy"))
    lab.invitations.create(
        inviter=alice, invited="ivy", email=people["invited"].email, digest="d", role="member", expires_at=NOON
    )
    people["former"] = join(lab, Role.ADMIN)
    Membership.objects.remove(alice, lab, people["former"])
    hidden = dict.fromkeys(["shows_submissions", "shows_votes", "shows_collections", "shows_memberships"], False)
    hilda = join(lab, Role.MEMBER, username="hilda", name="Hilda Hidden", **hidden)
    paper = PaperFactory(arxiv_id="2509.08721", title="Common paper", submitted_by=hilda)
    other = PaperFactory(arxiv_id="2509.00001", organisation=lab)
    Vote.objects.make(hilda, paper)
    hush = Collection.objects.create(key="hush", name="Roadmap-of-the-lab", organisation=lab)
    own = Collection.objects.create(key="own", name="Private-shelf-of-rita", user=people["reader"])
    link = Collection.objects.create(
        key="by-link", name="Shelf-by-link-only", user=hilda, visibility=Visibility.UNLISTED
    )
    for keeper, collection in ((alice, hush), (people["reader"], own), (hilda, link)):
        Item.objects.add(keeper, collection, [paper.pk, other.pk])
    Item.objects.write_note(alice, hush, paper.pk, "a-note-within", "")
    Affiliation.objects.suggest(bob, lab, paper, "reason-of-a-suggestion")
    lab.save_draft(alice, {"description": "words-of-the-draft"}, digests(lab.state()))
    free = OrganisationFactory(slug="free")
    clea = confirm(UserFactory(username="clea"))
    Claim.objects.ask(clea, free, "reason-of-a-claim")
    AuthorClaimFactory(user=people["reader"], paper=paper)
    AiText.objects.create(paper=paper, summary="words-of-a-language-model", model="x", made_at=NOON)
    message = "message-of-a-claim"
    AuthorClaimFactory(user=clea, paper=paper, name="Grace Hopper", state="waiting", message=message)
    SavedFilter.objects.save_as(people["reader"], "Search-of-rita", "q=common")
    Bookmark.objects.make(people["reader"], paper)
    SubmissionFactory(key="hush", user=people["reader"], state="failed", problem="problem-of-a-submission")
    Intake.objects.create(key="hush", user=people["reader"], state="failed", problem="problem-of-an-import")
    LetterFactory(key="hush", day=NOON, papers=[paper.pk], subscription__email="address-of-a-subscriber@example.org")
    SubscriptionFactory(email=people["reader"].email, title="Letters-of-rita")
    NotificationFactory(pk=9_000_001, user=people["reader"])
    _discuss(paper, people)
    directory.recount()
    for person in filter(None, people.values()):
        FeedKey.objects.make(person)
    return {who: Reader(person) for who, person in people.items()}


def _discuss(paper, people) -> None:
    """An edited comment, a retracted and a hidden one, and a report, of which each was answered."""
    first = Comment.objects.create(pk=9_000_001, paper=paper, author=people["reader"], text="words-at-first")
    first.edit(people["reader"], Content("words-of-a-comment"), 0)
    author, answering = people["owner"], people["member"]
    retracted = Comment.objects.post(author, paper, Content("words-of-a-retracted-comment"), first)
    hidden = Comment.objects.post(author, paper, Content("words-of-a-hidden-comment"))
    report = Comment.objects.post(author, paper, Content("words-of-a-report", "works", "words-of-what-was-run"))
    for comment in (retracted, hidden, report):
        Comment.objects.post(answering, paper, Content(f"Answer to {comment}"), comment)
        comment.refresh_from_db()
    retracted.retract(author)
    _moderate(people, hidden, report)


def _moderate(people, hidden: Comment, flagged: Comment) -> None:
    """Flags of two comments, of which one was hidden, and the answer of its author."""
    kind, flagger = KINDS["comment"], UserFactory(username="fiona", name="Fiona Flagger")
    for comment in (hidden, flagged):
        Flag.objects.make(flagger, kind, comment.pk, "spam", "words-of-a-flag")
    hidden.hide(people["moderator"], "reason-that-all-may-read")
    about = {"kind": "comment", "subject_id": hidden.pk, "label": "a comment", "data": {"cases": []}}
    action = Action.objects.create(pk=9_000_001, decision="hide", reason="reason-that-all-may-read", **about)
    action.people.set([people["owner"]])
    Answer.objects.write(people["owner"], action, "words-of-an-answer")


@pytest.fixture(scope="module")
def kinds(module_scene) -> dict[str, set[str]]:
    """The names of the addresses that are pages, of the pages that are lists, and of what takes a POST.

    A list is what those who may read it get as a table or as a feed, too. Which method an address takes is the same for
    everybody: `tests/papers/test_verbs.py`.
    """
    found = {"page": set(), "list": set(), "form": set()}
    for name, path in ADDRESSES.items():
        reader = deepcopy(module_scene[next((who for who in PEOPLE if who in READERS.get(name, EVERYBODY)), "owner")])
        with transaction.atomic():
            table, feed = reader.get(f"{path}?export=csv"), reader.get(f"{path}.atom")
            if table.status_code != 405:
                found["page"].add(name)
            if table.headers["Content-Type"].startswith("text/csv") or feed.status_code == 200:
                found["list"].add(name)
            if reader.act(path).status_code != 405:
                found["form"].add(name)
            transaction.set_rollback(True)
    return found


def leaks(who: str, answer) -> list[str]:
    """The secrets that this answer tells and this person may not know."""
    text = answer.content.decode(errors="replace") if not answer.streaming else ""
    text += str(dict(answer.headers))
    return [secret for secret, readers in SECRETS.items() if secret in text and who not in readers]


def is_of_hilda(path: str) -> bool:
    """Whether a page is her own, which says her name."""
    return "people/" in path


@pytest.mark.parametrize("who", PEOPLE)
def test_who_reads_what(who, scene, kinds):
    wrong = []
    for name in kinds["page"]:
        answer = scene[who].get(ADDRESSES[name])
        if (answer.status_code == 200) is not (who in READERS.get(name, EVERYBODY)):
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


VARIANTS = ["", "?q=Roadmap"]
OF_LISTS = ["?q=common&min_votes=1", "?export=csv", "?export=bibtex", ".atom", ".rss?q=common", ".json?key=made-up"]


@pytest.mark.parametrize("who", PEOPLE)
def test_no_secret_is_told_by_a_page(who, scene, kinds):
    wrong = []
    for name in kinds["page"]:
        for variant in VARIANTS + OF_LISTS * (name in kinds["list"]):
            address = ADDRESSES[name] + variant
            if not is_of_hilda(address):
                wrong += [f"{address}: {secret}" for secret in leaks(who, scene[who].get(address, follow=True))]
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_no_secret_is_told_by_what_a_verb_answers(who, scene, kinds):
    wrong = []
    for name in kinds["form"]:
        path = ADDRESSES[name]
        if is_of_hilda(path) or path.endswith(("/edit", "/arrange")):
            continue
        with transaction.atomic():
            answer = deepcopy(scene[who]).act(path, FORM)
            wrong += [f"{name} {path}: {secret}" for secret in leaks(who, answer)]
            transaction.set_rollback(True)
    assert wrong == []


def test_a_hidden_person_is_to_others_as_if_there_were_nothing(scene):
    for reader in scene.values():
        for part in ("", "/submitted", "/upvoted"):
            page = reader.get(reverse("papers:person", args=["hilda"]) + part).content.decode()
            assert 'class="card"' not in page
            assert 'href="/orgs/lab"' not in page
            assert "Shelf-by-link-only" not in page
