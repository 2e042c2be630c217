from datetime import UTC, datetime, time, timedelta

from django.db import connection, models, transaction
from django.db.models import Case, Count, F, Max, OuterRef, Q, Subquery, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, TruncMonth
from django.db.models.lookups import Exact

from lib.locks import take
from lib.words import fold
from papers.models import row
from papers.models.affiliation import Affiliation
from papers.models.day import Day
from papers.models.item import PAPERS_LOCK, Item
from papers.models.links import LinkQuerySet
from papers.models.seen import Seen
from papers.period import today

REPORTED = Q(works_count__gt=0) | Q(partly_count__gt=0) | Q(fails_count__gt=0)


class PaperQuerySet(LinkQuerySet):
    def listed(self):
        """Papers that are on the list of a day; the others are on the site and in search only."""
        return self.filter(is_listed=True)

    def due(self, day):
        """Papers that were to come on the list of this day or of an earlier one, and are not listed yet."""
        return self.filter(due_on__lte=day)

    def since(self, day):
        """Papers listed on this day or later."""
        return self.listed().filter(listed_at__gte=datetime.combine(day, time.min, UTC))

    def until(self, day):
        """Papers listed on this day or earlier."""
        return self.listed().filter(listed_at__lte=datetime.combine(day, time.max, UTC))

    def listed_after(self, moment):
        """Papers listed after this moment."""
        return self.listed().filter(listed_at__gt=moment)

    def between(self, start, end):
        """Papers listed on `start` or later and before `end` (dates)."""
        return self.since(start).until(end - timedelta(days=1))

    def about(self, topic):
        """Papers that have this category or keyword, however it is spelled in case and accents."""
        return self.filter(entry__topics__contains=[fold(topic)])

    def with_artefacts(self, kind):
        """Papers with a model, dataset or demo, as the ArtefactKind says."""
        return self.filter(**{f"{kind}_count__gt": 0})

    def reported(self):
        """Papers with a report of reproduction, whatever its outcome."""
        return self.filter(REPORTED)

    def reported_as(self, outcome):
        """Papers with a report of this `Outcome`."""
        return self.filter(**{f"{outcome}_count__gt": 0})

    def affiliated_with(self, organisations):
        """Papers that are accepted as those of one of these organisations (ids).

        By hand, since Django took longer to build the query than PostgreSQL to answer it.
        """
        return self.filter(pk__in=RawSQL(_AFFILIATED, [list(organisations)]))  # noqa: S611 (it is a constant)

    def misattributed(self):
        """Papers whose row shows another organisation than the one accepted first, with the id of that as `first`."""
        first = Affiliation.objects.accepted().filter(paper=OuterRef("pk")).values("organisation")[:1]
        papers = self.annotate(first=Subquery(first))
        return papers.filter(~Exact(Coalesce("organisation_id", 0), Coalesce("first", 0)))

    def by_month(self):
        """How many papers were listed in each month that has some: (its first day, number), in the order of time."""
        months = self.annotate(month=TruncMonth("listed_on")).order_by("month")
        return months.values_list("month").annotate(papers=Count("pk"))

    def changes_by_day(self):
        """When a paper of each day was last changed: (the day, the moment), in the order of time."""
        return self.listed().order_by("listed_on").values_list("listed_on").annotate(changed=Max("changed_at"))

    def saved_by(self, user):
        """Papers that this user has bookmarked, with `saved_at`, the moment of the bookmark.

        `saved_version` is the version that was bookmarked, if the paper has a later one, and else None.
        """
        version = F("bookmarks__version")
        changed = Case(When(version__gt=version, then=version))
        return self.filter(bookmarks__user=user).annotate(saved_at=F("bookmarks__created_at"), saved_version=changed)

    def collected_in(self, collection):
        """The papers of a collection with their `place`, `note` and `added_at` in it."""
        kept = self.filter(items__collection=collection, items__removed_at=None)
        return kept.annotate(place=F("items__position"), note=F("items__note"), added_at=F("items__added_at"))

    def upvoted_by(self, user):
        """Papers that this user has upvoted, with `voted_at`, the moment of the vote."""
        return self.filter(votes__user=user).annotate(voted_at=F("votes__created_at"))

    def dismissed_by(self, user):
        """Papers that this user has dismissed, with `dismissed_at`, the moment of that."""
        return self.filter(dismissals__user=user).annotate(dismissed_at=F("dismissals__created_at"))

    def undismissed_by(self, viewer):
        """All papers but those that this viewer has dismissed.

        A list reads all of the viewer's dismissals once, and about one block for each dismissed paper that comes before
        its page in its order. With NOT EXISTS, PostgreSQL would look each of these up, in several more.
        """
        if not viewer.is_authenticated:
            return self
        return self.filter(RawSQL(_UNDISMISSED, [viewer.pk], models.BooleanField()))  # noqa: S611 (it is a constant)

    def unseen_by(self, user):
        """Papers that this user has not seen, of days that the user is not done with.

        These are two conditions and not one, because PostgreSQL makes a join of NOT EXISTS, but not of NOT (… OR …).
        """
        return self.filter(*(~condition for condition in Seen.objects.conditions(user)))

    def to_catch_up(self, user, first_day):
        """The papers from this day up to today that the user has neither seen nor dismissed."""
        return self.since(first_day).until(today()).undismissed_by(user).unseen_by(user)

    def lacking_picture(self):
        """Papers whose picture was not yet requested from where it is to be had now.

        `figure_url` is the address of the first picture at their source, or "".
        """
        from_pdf = Q(figure_url="", picture_source="")
        from_source = ~Q(figure_url="") & ~Q(picture_source=F("figure_url"))
        figure_url = RawSQL(_FIGURE, [], models.TextField())  # noqa: S611 (it is a constant)
        return self.annotate(figure_url=figure_url).filter(from_pdf | from_source, withdrawn_at=None)

    def claimed_by(self, user):
        """Papers of which this user is an author, with `claimed_at`, the moment of the decision."""
        claimed = self.filter(author_claims__user=user, author_claims__state="granted")
        return claimed.annotate(claimed_at=F("author_claims__decided_at"))

    def submitted_by(self, user):
        return self.filter(submitted_by=user)

    def rows(self, viewer, columns=(), *, order=(), after=(), limit=None):
        """The rows of a list of these papers, as `row.read` returns them."""
        return row.read(self, viewer, columns, order=order, after=after, limit=limit)

    def walk(self, walked, viewer, columns=(), *, order, after=(), limit, tested=None):
        """The rows of a list that are found by a walk, as `row.walk` returns them."""
        return row.walk(self, walked, viewer, columns, order=order, after=after, limit=limit, tested=tested)

    def keys_of_few(self, limit) -> list[int] | None:
        """The keys of these papers, or None if they are more than `limit`. Raises EmptyResultSet."""
        sql, params = self.order_by().values("pk").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(_KEYS_OF_FEW.format(sql=sql), [*params, limit + 1, limit])
            return cursor.fetchone()[0]

    def rows_of(self, pks, viewer):
        """The rows of those of these papers that have one of these keys, in the order of the keys."""
        rows = {row.pk: row for row in self.filter(pk__in=pks).rows(viewer)}
        return [rows[pk] for pk in pks if pk in rows]

    def touch(self, pks, **changes) -> int:
        """Write these changes into those of the papers with these ids, and raise their revision; how many they are.

        Cards, ETags and feeds depend on the revision: whoever changes what a row of a list can show comes here.
        """
        return self.filter(pk__in=pks).update(revision=F("revision") + 1, **changes)

    @transaction.atomic
    def delete(self):
        """Delete the papers with all that refers to them; their collections and days are counted anew."""
        take(PAPERS_LOCK)
        rows = self.model.objects.filter(pk__in=self.order_by().values("pk")).order_by("pk").select_for_update()
        days = dict(rows.values_list("pk", "listed_on"))
        collections = Item.objects.lock_collections_of(days)
        deleted = models.QuerySet.delete(self.model.objects.filter(pk__in=days))
        Item.objects.recount(collections)
        Day.objects.recount(set(days.values()))
        return deleted

    delete.alters_data = delete.queryset_only = True  # as Django marks its own


# There are addresses of videos, too.
_FIGURE = r"""
    coalesce((
        SELECT url FROM unnest(papers_paper.media_urls) WITH ORDINALITY AS media (url, place)
        WHERE url ~* '\.(png|jpg|jpeg|webp|gif|avif)$' ORDER BY place LIMIT 1
    ), '')
"""
_UNDISMISSED = "papers_paper.id NOT IN (SELECT paper_id FROM papers_dismissed WHERE user_id = %s)"
_AFFILIATED = "SELECT paper_id FROM papers_affiliation WHERE organisation_id = ANY(%s) AND state = 'accepted'"
_KEYS_OF_FEW = """
    WITH few AS MATERIALIZED ({sql} LIMIT %s)
    SELECT CASE WHEN count(*) <= %s THEN coalesce(array_agg(key), '{{}}') END FROM few AS few(key)
"""
