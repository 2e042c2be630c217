"""The rows of lists as JSON text. This process keeps what everybody may see of a paper; a viewer's own marks are added.

Writing a row takes longer than all else about it. A text is kept under all that it depends on: the paper's cache key,
what it shows of people (`papers.paper.credit.people`), and the settings of the site.
"""

import json
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches

from api.rows.papers import rows_by_key
from papers.models.row import Row

type People = Mapping[int, Sequence[tuple]]


def daily(rows: Sequence[Row], people: People, viewer) -> bytes:
    """These papers as an array of rows, like `api.rows.papers.daily_rows`."""
    return _array(
        f'{{{row},{marks}"paper":{{{paper}{marks and "," + marks[:-1]}}}}}'
        for row, paper, marks in _texts(rows, people, viewer)
    )


def flat(rows: Sequence[Row], people: People, viewer) -> bytes:
    """These papers as an array of flat papers, like `api.rows.papers.papers`."""
    return _array(f"{{{marks}{paper}}}" for _, paper, marks in _texts(rows, people, viewer))


def version() -> tuple:
    """What all rows depend on besides the papers and the people."""
    return settings.BASE_URL, settings.SHOW_AI_TEXT


def _array(texts) -> bytes:
    return f"[{','.join(texts)}]".encode()


def _texts(rows: Sequence[Row], people: People, viewer) -> list[tuple[str, str, str]]:
    """The members of each row without its paper, those of its paper, and those that only this viewer gets."""
    cache, site = caches["cards"], version()
    keys = {row.pk: f"api.{row.cache_key}.{people.get(row.pk, '')}.{site}" for row in rows}
    texts = cache.get_many(keys.values())
    if missing := [pk for pk, key in keys.items() if key not in texts]:
        written = {keys[pk]: _written(row) for pk, row in rows_by_key(missing, AnonymousUser()).items()}
        cache.set_many(written)
        texts |= written
    marks = _marks if viewer.is_authenticated else lambda row: ""
    return [(*texts[keys[row.pk]], marks(row)) for row in rows if keys[row.pk] in texts]


def _written(row: dict) -> tuple[str, str]:
    paper = row.pop("paper")
    return _members(row), _members(paper)


def _marks(row: Row) -> str:
    return _members({"upvoted": row.voted, "bookmarked": row.saved}) + ","


def _members(values: dict) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))[1:-1]
