"""What a new reader may want to follow: the topics and organisations that most of the latest papers have."""

from collections import Counter

from lib.words import fold
from orgs.models import Organisation
from papers.models import OrganisationFollow, Paper, TopicFollow
from papers.models.follow import FollowState

LATEST = 500  # papers that are looked at
MOST = 12  # topics, and as many organisations


def suggestions(viewer) -> dict[str, list[tuple[str, FollowState]]]:
    """Returns names with the states of their follow buttons, the most frequent first, by the title of their kind."""
    topics, organisations, spellings = Counter(), Counter(), {}
    rows = Paper.objects.order_by("-listed_at", "-id").values_list("categories", "keywords", "organisation")[:LATEST]
    for categories, keywords, organisation in rows:
        for topic in {fold(topic): topic for topic in (*categories, *keywords)}.values():
            topics[spellings.setdefault(fold(topic), topic)] += 1
        if organisation:
            organisations[organisation] += 1
    found = Organisation.objects.in_bulk([pk for pk, _ in organisations.most_common(MOST)])
    targets = {
        TopicFollow: [topic for topic, _ in topics.most_common(MOST)],
        OrganisationFollow: [found[pk] for pk, _ in organisations.most_common(MOST)],
    }
    return {
        model.title: list(zip(map(str, names), model.objects.states(viewer, names), strict=True))
        for model, names in targets.items()
    }
