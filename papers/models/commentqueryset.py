from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from lib.locks import LockQuerySet
from orgs.models import Membership
from papers.models.affiliation import Affiliation
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

    def with_parent(self):
        """Comments with the comment that each answers and its author, without that one's text."""
        return self.select_related("parent__author").defer(
            "parent__text", "parent__author__about", "parent__author__links"
        )

    def seen_by(self, viewer):
        """Comments with everything that is shown of them to this viewer. Anything else of them raises an exception.

        `voted`: whether the viewer has upvoted it; `membership`: the name of an organisation of the paper that the
        author belongs to and lets everybody see.
        """
        organisations = Affiliation.objects.accepted().filter(paper=OuterRef(OuterRef("paper"))).values("organisation")
        members = Membership.objects.filter(
            user=OuterRef("author"), user__shows_memberships=True, organisation__in=organisations.order_by()
        )
        names = members.order_by("organisation").values("organisation__name")[:1]
        return (
            self.select_related("author", "paper")
            .defer("paper__abstract", "author__about", "author__links")
            .annotate(voted=CommentVote.objects.exists_for(viewer), membership=Subquery(names))
            .fetch_mode(models.FETCH_RAISE)
        )
