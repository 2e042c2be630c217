"""Counting rows that refer to others."""

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count_of(rows, column: str) -> Coalesce:
    """The number of these rows whose `column` refers to the outer row, as an expression."""
    counts = rows.filter(**{column: OuterRef("pk")}).order_by().values(column).annotate(n=Count("*"))
    return Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), 0)
