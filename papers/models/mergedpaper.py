"""Moving what readers did with a paper to another one that it is merged into, and back.

Comments and claims of authorship move, and so do artefacts and the AI text that the other paper lacks. Upvotes and what
became of them, bookmarks, follows and places in collections are copied from the archive of the removed paper, where the
other paper has none yet.
"""

from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from lib.refusals import Conflict
from papers import names
from papers.models import undoing
from papers.models.aitext import AiText
from papers.models.artefact import Artefact
from papers.models.authorclaim import AuthorClaim
from papers.models.authorclaimqueryset import STANDING, ClaimState
from papers.models.bookmark import Bookmark
from papers.models.comment import Comment
from papers.models.commentrevision import CommentRevision
from papers.models.commentvote import CommentVote
from papers.models.heldvote import HeldVote
from papers.models.item import Item
from papers.models.paper import Paper
from papers.models.paperfollow import PaperFollow
from papers.models.vote import Vote

MOVED = (Comment, CommentRevision, CommentVote)  # all of whose rows move, so that none comes back from the archive
_OWNERS = {Vote: "user_id", HeldVote: "user_id", Bookmark: "user_id", PaperFollow: "user_id", Item: "collection_id"}
_REPORT = ("outcome", "ran", "hardware", "duration")


def move_comments(old: int, into: int) -> dict[str, list[int]]:
    """Move all comments, and return the ids of the `comments`, and of the `reports` that became ordinary comments.

    Those are of people who have also written a report on the other paper.
    """
    comments = list(Comment.objects.filter(paper=old).values_list("pk", flat=True))
    own = Comment.objects.filter(paper=into, author=OuterRef("author"), retracted_at=None).exclude(outcome="")
    doubled = Comment.objects.filter(Exists(own), paper=old, retracted_at=None).exclude(outcome="")
    reports = list(doubled.values_list("pk", flat=True))
    Comment.objects.touch(reports, **dict.fromkeys(_REPORT, ""))
    Comment.objects.touch(comments, paper=into)
    return {"comments": comments, "reports": reports}


def move_claims(old: int, into: Paper) -> dict[str, list[int]]:
    """Move the claims of authorship to the other paper, and return the ids of these `claims`.

    Those that need not stand on the other paper do not move (see `_can_move`). Raises Conflict if one has to and can't.
    """
    moved = []
    for claim in AuthorClaim.objects.filter(paper=old).select_related("user").order_by("pk"):
        if claim.state not in STANDING or _can_move(claim, into):
            AuthorClaim.objects.filter(pk=claim.pk).update(paper=into)
            moved.append(claim.pk)
    return {"claims": moved}


def _can_move(claim: AuthorClaim, into: Paper) -> bool:
    """Whether a claim that stands can stand on the other paper, too.

    It need not if its claimant has claimed the same author there and is as far, or if nobody was to decide on it yet.
    """
    listed, standing = into.author_names(), into.author_claims.standing()
    (position,) = names.placed([(claim.name, claim.namesake)], listed)
    own = standing.filter(user=claim.user).first()
    is_same = own and position is not None and names.placed([(own.name, own.namesake)], listed) == [position]
    if is_same and STANDING.index(own.state) >= STANDING.index(claim.state):
        return False
    granted = standing.granted().values_list("name", "namesake")
    is_taken = claim.state == ClaimState.GRANTED and position in names.placed(list(granted), listed)
    if position is not None and not own and not is_taken:
        return True
    if claim.state == ClaimState.OPEN:
        return False
    raise Conflict(
        f"{claim.user} claims to be {claim.name}, which can't move to the other paper. Decline or withdraw that first."
    )


def move_additions(old: int, into: int) -> dict[str, list[int]]:
    """Move the artefacts and the AI text that the other paper lacks, and return the ids of these `artefacts`.

    `ai_text` is the other paper's id, if the text has moved. What stays is deleted with the old paper.
    """
    own = Artefact.objects.filter(paper=into).values("url")
    artefacts = list(Artefact.objects.filter(paper=old).exclude(url__in=own).values_list("pk", flat=True))
    Artefact.objects.filter(pk__in=artefacts).update(paper=into)
    is_missing = not AiText.objects.filter(paper=into).exists()
    has_moved = is_missing and AiText.objects.filter(paper=old).update(paper=into)
    return {"artefacts": artefacts, "ai_text": [into] if has_moved else []}


def copy_marks(removed: int, into: int) -> dict[str, list[int]]:
    """Copy what the archive of the removed paper with this id has, and return the owners of the copies by tables."""
    copied = {}
    with connection.cursor() as cursor:
        for model, owner in _OWNERS.items():
            columns = [field.column for field in model._meta.concrete_fields if field.column != "paper_id"]
            target = model._meta.get_field(owner.removesuffix("_id")).related_model._meta.db_table
            table, kept = model._meta.db_table, "archived.removed_at IS NULL" if model is Item else "true"
            names, values = ", ".join(columns), ", ".join(f"archived.{column}" for column in columns)
            statement = _COPY.format(table=table, names=names, values=values, owner=owner, target=target, kept=kept)
            cursor.execute(statement, [into, removed])
            copied[table] = [key for (key,) in cursor.fetchall()]
    return copied


def move_back(removed: int, moved: dict, old: int, into: int) -> None:
    """Move all that has moved, and all answers to comments, back to the restored paper, and delete the copies."""
    Artefact.objects.filter(pk__in=moved["artefacts"], paper=into).update(paper=old)
    AiText.objects.filter(pk__in=moved["ai_text"]).update(paper=old)
    AuthorClaim.objects.filter(pk__in=moved["claims"], paper=into).update(paper=old)
    with connection.cursor() as cursor:
        cursor.execute(_THREADS, [moved["comments"], into])
        Comment.objects.touch([key for (key,) in cursor.fetchall()], paper=old)
        cursor.execute(_RETURN_REPORTS, [removed, moved["reports"]])
        for model, owner in _OWNERS.items():
            table = model._meta.db_table
            cursor.execute(_DELETE.format(table=table, owner=owner), [into, moved[table]])


def undo_corrections(actor, old: int, since: datetime) -> None:
    """Undo what people have corrected of the restored paper whose claims were withdrawn after this moment."""
    withdrawn = AuthorClaim.objects.filter(paper=old, state=ClaimState.WITHDRAWN, decided_at__gt=since)
    for claim in withdrawn.select_related("user", "paper").order_by("pk"):
        undoing.undo(actor, claim.user, claim.paper)


_COPY = """
    INSERT INTO {table} (paper_id, {names}) SELECT %s, {values}
    FROM papers_removedpaper removed,
        jsonb_populate_recordset(NULL::{table}, removed.archive -> '{table}') archived
    WHERE removed.id = %s AND {kept} AND EXISTS (SELECT FROM {target} kept WHERE kept.id = archived.{owner})
    ON CONFLICT DO NOTHING RETURNING {owner}
"""
_DELETE = "DELETE FROM {table} WHERE paper_id = %s AND {owner} = ANY(%s)"
_THREADS = """
    WITH RECURSIVE moved (id) AS (
        SELECT id FROM papers_comment WHERE id = ANY(%s) AND paper_id = %s
        UNION SELECT reply.id FROM papers_comment reply JOIN moved ON reply.parent_id = moved.id
    )
    SELECT id FROM moved
"""
_RETURN_REPORTS = f"""
    UPDATE papers_comment comment SET {", ".join(f"{name} = archived.{name}" for name in _REPORT)}
    FROM papers_removedpaper removed,
        jsonb_populate_recordset(NULL::papers_comment, removed.archive -> 'papers_comment') archived
    WHERE removed.id = %s AND comment.id = archived.id AND comment.id = ANY(%s)
"""  # noqa: S608 (the names are constants)
