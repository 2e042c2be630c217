"""`manage.py import_hub --comments`: the comments of the Hub's paper pages, and what becomes of them here."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lib.markup import markdown
from papers import audit
from papers.ingest import comments as hub_comments
from papers.models import Comment, CommentVote, Content, Paper
from papers.signals import comment_posted, people_mentioned
from tests.factories import PaperFactory, UserFactory, appoint
from tests.papers.ingest.fake_hub import ID, Hub, answer, busy, changed, comment
from tests.race import race

ATTACK = '<script>alert(1)</script> [now](javascript:alert(1)) ![x](https://example.org/x.png) <b onclick="a()">b</b>'


@pytest.fixture
def hub(tmp_path):
    return Hub(tmp_path)


@pytest.fixture
def paper(db) -> Paper:
    """A paper with two comments at its source, as a list counted them, and one that was written here."""
    paper = PaperFactory(arxiv_id=ID, imported_comments=2)
    Comment.objects.post(UserFactory(), paper, Content("Here."))
    return paper


def rows() -> list[tuple]:
    """The imported comments that stand, in the order of their ids: text, name, number of replies, and parent."""
    standing = Comment.objects.imported().standing().order_by("pk")
    return list(standing.values_list("text", "source_name", "reply_count", "parent__text"))


def state() -> list:
    """Everything that is stored of comments and papers, with their revisions."""
    return [*Comment.objects.order_by("pk").values(), *Paper.objects.order_by("pk").values()]


def counts(paper) -> tuple:
    """The imported comments, all comments, and the people who commented here."""
    paper.refresh_from_db()
    assert audit.mismatches() == []
    return paper.imported_comments, paper.comment_count, paper.commenter_count


def test_comments_of_external_people_with_their_replies(paper, hub, alice):
    sent, signals = [], (comment_posted, people_mentioned)

    def receive(**values):
        sent.append(values)

    for signal in signals:
        signal.connect(receive)
    out = hub.read(busy())
    for signal in signals:
        signal.disconnect(receive)
    assert "1 paper: 5 new, 0 changed, 0 unchanged comments, 0 bad in " in out
    assert rows() == [
        ("Is it shared?", "Ada L.", 1, None),
        ("Yes.", "Ada L.", 1, "Is it shared?"),
        ("Thanks @alice.", "Ada L.", 0, "Yes."),
        ("Does it scale?\n\n* to two?", "grace", 1, None),
        ("To $n$.", "Ada L.", 0, "Does it scale?\n\n* to two?"),
    ]
    first, third = Comment.objects.get(source_id=f"{1:024}"), Comment.objects.get(source_id=f"{3:024}")
    assert (first.source_url, first.author, first.edited_at) == ("https://huggingface.co/ada-l", None, None)
    assert (third.depth, third.mentioned, third.created_at.isoformat()) == (2, [], "2025-09-13T12:00:00+00:00")
    assert counts(paper) == (5, 6, 1)  # those of the source are not counted beside their number
    assert sent == []


def test_the_same_answer_twice_changes_nothing(paper, hub):
    hub.read(busy())
    before = state()
    out = hub.read(busy())
    assert "1 paper: 0 new, 0 changed, 5 unchanged comments" in out
    assert "Nothing changed." in out
    assert state() == before


def test_an_edit_changes_the_text_and_its_time(paper, hub):
    hub.read(busy())
    edited = changed(busy(), (1, "data", "latest", "raw"), "Is it really shared?")
    edited["comments"][1]["data"]["edited"] = True
    assert "0 new, 1 changed, 4 unchanged" in hub.read(edited)
    first = Comment.objects.get(source_id=f"{1:024}")
    assert (first.text, first.edited_at.day, first.created_at.day) == ("Is it really shared?", 12, 11)
    assert "5 unchanged" in hub.read(edited)


@pytest.mark.parametrize(
    "without",
    [
        lambda data: changed(data, (1, "replies", 0, "data", "hidden"), True),
        lambda data: changed(data, (1, "replies"), data["comments"][1]["replies"][0]["replies"]),
    ],
    ids=["hidden", "deleted"],
)
def test_what_is_hidden_or_deleted_there_is_retracted_here_until_it_comes_back(paper, hub, bob, without):
    hub.read(busy())
    second = Comment.objects.get(source_id=f"{2:024}")
    reply = Comment.objects.post(bob, paper, Content("From here."), second)
    assert "0 new, 1 changed, 4 unchanged" in hub.read(without(busy()))
    second.refresh_from_db()
    assert (second.text, second.retracted_at is None, second.reply_count) == ("", False, 2)
    assert list(second.replies.order_by("pk").values_list("text", flat=True)) == ["Thanks @alice.", "From here."]
    assert counts(paper) == (4, 6, 2)
    before = state()
    assert "Nothing changed." in hub.read(without(busy()))
    assert state() == before
    hub.read(busy())
    second.refresh_from_db()
    assert (second.text, second.is_standing, reply.is_standing, counts(paper)) == ("Yes.", True, True, (5, 7, 2))


def test_a_comment_hidden_here_stays_hidden(paper, hub):
    hub.read(busy())
    Comment.objects.get(source_id=f"{1:024}").hide(appoint(UserFactory()), "spam")
    hub.read(changed(busy(), (1, "data", "latest", "raw"), "Buy it."))
    first = Comment.objects.get(source_id=f"{1:024}")
    assert (first.text, first.hidden_reason, first.is_standing, counts(paper)) == ("Buy it.", "spam", False, (5, 6, 1))


def test_a_reply_stands_under_whom_it_names_or_else_under_the_nearest_that_is_shown(paper, hub):
    hub.read(
        answer(
            comment(1, "One.", comment(2, "Two."), comment(3, "Three.", parentCommentId=f"{2:024}")),
            comment(
                4, "Four.", comment(5, "Gone.", comment(6, "Six."), hidden=True), comment(7, " ", comment(8, "8."))
            ),
            {"id": "9", "type": "title-change", "data": {"from": "a", "to": "b"}},
        )
    )
    assert {text: parent for text, _, _, parent in rows()} == {
        "One.": None, "Two.": "One.", "Three.": "Two.", "Four.": None, "Six.": "Four.", "8.": "Four."
    }  # fmt: skip
    assert counts(paper) == (7, 8, 1)  # the empty comment is one of the source's


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ((), "text", "comment: an object was expected, not str"),
        (("id",), None, "source_id is missing"),
        (("id",), "a/b", "source_id: “a/b” is not an id"),
        (("author",), None, "author: an object was expected, not NoneType"),
        (("author", "name"), "../papers", "author: “../papers” is not a username"),
        (("author", "fullname"), 7, "author: a text was expected, not int"),
        (("createdAt",), "yesterday", "created_at: Invalid isoformat string: 'yesterday'"),
        (("data",), [], "data: an object was expected, not list"),
        (("data", "latest"), None, "latest: an object was expected, not NoneType"),
        (("data", "latest", "raw"), "\0 \n", "text: is empty"),
        (("data", "latest", "raw"), "x" * 65_537, "text: “" + "x" * 60 + "…” has 65537 characters, 65536 fit"),
    ],
)
def test_what_cannot_be_used_is_told_and_the_others_are_imported(paper, hub, path, value, words):
    out = hub.read(changed(busy(), (1, *path), value))
    assert f"answer.json, record 3: {words}\n" in out
    assert out.endswith("1 bad; each is reported above.")
    expected = {"Does it scale?\n\n* to two?", "To $n$."} | ({"Yes.", "Thanks @alice."} if path else set())
    assert {row[0] for row in rows()} == expected


def test_a_comment_that_became_unusable_is_kept(paper, hub):
    hub.read(busy())
    before = state()
    assert "0 new, 0 changed, 4 unchanged" in hub.read(changed(busy(), (1, "createdAt"), None))
    assert state() == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html>", "this is not JSON: "),
        ({"error": "Paper not found"}, "the Hub answered with an error: Paper not found"),
        ([], "paper: an object was expected, not list"),
        ({"comments": []}, "“None” is not an arXiv id"),
        (answer(arxiv_id="2509.00009"), "2509.00009 is not a paper of this site"),
        ({"id": ID}, "comments: a list was expected, not NoneType"),
        (answer(*[comment(n, "Me, too.") for n in range(11)]), "more than 10 comments"),
    ],
)
def test_an_answer_that_cannot_be_used_changes_nothing(paper, hub, monkeypatch, data, words):
    monkeypatch.setattr(hub_comments, "MAX_COMMENTS", 10)
    hub.read(busy())
    before = state()
    assert f"answer.json: {words}" in hub.read(data)
    assert state() == before


def test_markdown_is_stored_as_it_is_and_rendered_without_what_it_must_not_do(paper, hub):
    hub.read(answer(comment(1, f"{ATTACK}\r\n\tA\0B\ud800")))
    text = Comment.objects.imported().get().text
    assert text == f"{ATTACK}\n\tAB?"
    html = markdown(text)
    assert "<script" not in html
    assert not any(f"<{tag}" in html for tag in ("b ", "img"))
    assert 'href="javascript' not in html


@pytest.mark.parametrize(
    ("fullname", "name"),
    [
        ("Ada\n\u202eL.\x00", "Ada L."),
        ("A" * 121, "A" * 119 + "…"),
        ("https://example.org", "ada-l"),
        ("see WWW.example.org", "ada-l"),
        ("@alice", "ada-l"),
        ("\u200b", "ada-l"),
        ("<b>Ada</b>", "<b>Ada</b>"),  # templates escape it
    ],
)
def test_a_name_is_a_line_that_looks_like_a_name(paper, hub, fullname, name):
    hub.read(answer(comment(1, "Text.", fullname=fullname)))
    assert Comment.objects.imported().get().source_name == name


def test_one_request_for_each_recent_paper_with_comments_a_second_apart(hub, db):
    now = timezone.now()
    for number, days, count in ((1, 0, 3), (2, 2, 1), (3, 2, 0), (4, 30, 5)):
        arxiv_id = f"2509.0000{number}"
        PaperFactory(arxiv_id=arxiv_id, listed_at=now - timedelta(days=days), imported_comments=count)
        hub.answers[arxiv_id] = answer(comment(number, "Text."), arxiv_id=arxiv_id)
    out = hub.run()
    assert (hub.paths, hub.sleeps) == (["2509.00001", "2509.00002"], [1.0])
    assert "2 papers: 2 new, 0 changed, 0 unchanged comments, 0 bad" in out
    hub.run("--days", 60)
    assert hub.paths[2:] == ["2509.00001", "2509.00002", "2509.00004"]
    hub.run("--days", 60, "--limit", 1)
    assert hub.paths[5:] == ["2509.00001"]
    assert audit.mismatches() == []


def test_papers_by_id_and_by_address(hub, paper):
    hub.answers = {ID: busy(), "2509.00001": 404}
    PaperFactory(arxiv_id="2509.00001")
    out = hub.run("2509.00001", "2509.00002", f"https://huggingface.co/papers/{ID}")
    assert hub.paths == ["2509.00001", ID]
    assert "2509.00001: https://huggingface.co/api/papers/2509.00001?field=comments answered 404 Not Found" in out
    assert "2509.00002: 2509.00002 is not a paper of this site" in out
    assert "1 paper: 5 new, 0 changed, 0 unchanged comments, 2 bad" in out
    assert "5 unchanged comments, 0 bad" in hub.run(f"https://huggingface.co/api/papers/{ID}?field=comments")


def test_a_limit_of_the_hub_ends_the_run_and_keeps_what_came_before(hub, paper):
    hub.answers = {ID: busy(), "2509.00001": 429}
    PaperFactory(arxiv_id="2509.00001")
    out = hub.run(ID, "2509.00001", ID)
    assert hub.paths == [ID, "2509.00001", "2509.00001", "2509.00001"]
    assert "429 Too Many Requests" in out
    assert len(rows()) == 5


def test_a_dry_run_counts_and_writes_nothing(hub, paper):
    before = state()
    hub.answers = {ID: busy()}
    assert "1 paper: 5 new, 0 changed, 0 unchanged comments" in hub.run(ID, "--dry-run")
    assert state() == before


def test_without_comments_papers_must_be_named():
    with pytest.raises(CommandError, match="Name files or addresses, or use --comments"):
        call_command("import_hub")


@pytest.mark.django_db(transaction=True)
def test_imports_beside_comments_and_votes_from_here_are_counted():
    paper, people = PaperFactory(arxiv_id=ID), [UserFactory() for _ in range(3)]
    [data] = hub_comments.parse(json.dumps(busy()).encode(), "a.json")

    def save(times):
        return lambda: [hub_comments.save([data]).new for _ in range(times)]

    def post(who):
        return lambda: Comment.objects.post(who, paper, Content("Yes."))

    new = race(save(1), save(1), *map(post, people))
    assert sorted(new[:2]) == [[0], [5]]
    first = Comment.objects.get(source_id=f"{1:024}")
    edited = json.dumps(changed(busy(), (1, "data", "latest", "raw"), "Edited.")).encode()
    [data] = hub_comments.parse(edited, "a.json")
    race(save(2), *(lambda who=who: CommentVote.objects.make(who, first) for who in people))
    first.refresh_from_db()
    assert (first.text, first.vote_count, counts(paper)) == ("Edited.", 3, (5, 8, 3))
