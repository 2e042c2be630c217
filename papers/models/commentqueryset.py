from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from lib.locks import LockQuerySet
from papers.models.commentvote import CommentVote


class CommentQuerySet(LockQuerySet):
    def standing(self):
        """Comments that are neither retracted nor hidden."""
        return self.filter(retracted_at=None, hidden_at=None)

    def local(self):
        """Comments that were written here, by somebody who still has an account, and not imported."""
        return self.filter(author__isnull=False)

    def imported(self):
        """Comments that were imported from another site."""
        return self.exclude(source_id="")

    def touch(self, pks, **changes) -> int:
        """Write these changes into those of the comments with these ids, and raise their revision; how many they are.

        What is cached of a comment depends on the revision, as with papers.
        """
        return self.filter(pk__in=pks).update(revision=F("revision") + 1, **changes)

    def thread(self):
        """Comments that a thread has a place for: those that stand, and those that were answered."""
        return self.filter(Q(retracted_at=None, hidden_at=None) | Q(reply_count__gt=0))

    def with_age(self):
        """Comments with `age`, by which a descending order begins with the oldest."""
        return self.annotate(age=-F("id"))

    def seen_by(self, viewer):
        """Comments with everything that is shown of them to this viewer. Anything else of them raises an exception.

        `voted`: whether the viewer has upvoted it; `membership`: the name of an organisation of the paper that the
        author belongs to, which everybody may see if `author.shows_memberships`.
        """
        membership = RawSQL(_MEMBERSHIP, [])  # noqa: S611 (it is a constant)
        return (
            self.select_related("author", "paper")
            .defer("paper__abstract", "author__about", "author__links")
            .annotate(voted=CommentVote.objects.exists_for(viewer), membership=membership)
            .fetch_mode(models.FETCH_RAISE)
        )

    def for_rows(self):
        """Only what the key of a comment's cached HTML is made of. All have one paper, which the caller has read."""
        author = ("username", "name", "shows_submissions", "shows_memberships")
        author += ("is_active", "is_superuser", "is_appointed_moderator")
        return (
            self.defer(None)
            .select_related(None)
            .select_related("author")
            .only("revision", "by_author", "source_name", "paper", *(f"author__{name}" for name in author))
        )

    def with_parent(self):
        """Comments with the comment that each answers and its author, without that one's text."""
        return self.select_related("parent__author").defer(
            "parent__text", "parent__author__about", "parent__author__links"
        )


# By hand, since Django took longer to build the query than PostgreSQL to answer it.
_MEMBERSHIP = """
    SELECT organisation.name
    FROM orgs_membership member
    JOIN papers_affiliation affiliation USING (organisation_id)
    JOIN orgs_organisation organisation ON organisation.id = organisation_id
    WHERE member.user_id = papers_comment.author_id AND affiliation.paper_id = papers_comment.paper_id
        AND affiliation.state = 'accepted'
    ORDER BY organisation_id LIMIT 1
"""
