"""A paper's row in a list, as HTML: the same for everybody who has the same two bits, so it is kept."""

from django.core.cache import caches
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from papers.models import Paper


def render(papers) -> SafeString:
    """The cards of these papers (narrow, with `voted` and `saved`) one after the other, rendered where none is kept."""
    cache, year = caches["cards"], timezone.now().year
    keys = {f"{paper.face}.{paper.voted:d}{paper.saved:d}.{year}": paper for paper in papers}
    cards = cache.get_many(keys)
    if missing := {key: paper for key, paper in keys.items() if key not in cards}:
        fresh = _fresh(missing)
        cache.set_many(fresh)
        cards |= fresh
    return mark_safe("".join(cards[key] for key in keys if key in cards))


def _fresh(missing: dict[str, Paper]) -> dict[str, str]:
    whole = Paper.objects.select_related("organisation").in_bulk([paper.pk for paper in missing.values()])
    template = get_template("papers/_card.html")
    cards = {}
    for key, narrow in missing.items():
        if paper := whole.get(narrow.pk):  # or it was deleted a moment ago
            paper.voted, paper.saved = narrow.voted, narrow.saved
            cards[key] = template.render({"paper": paper})
    return cards
