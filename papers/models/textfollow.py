"""Follows of targets that are only a name: topics and authors, compared without case and accents."""

from django.contrib.postgres.search import SearchQueryField
from django.db import models
from django.db.models import F, Func
from django.urls import reverse
from django.utils.http import urlencode

from lib.fields import LineField
from lib.refusals import BadInput
from lib.text import one_line
from lib.words import bare_name_term, fold
from papers.models.follow import Follow

MAX_LENGTH = 200


class TextFollow(Follow):
    """`name` is the first spelling, `folded` the compared form, `parameter` the filter that lists the papers."""

    column = "folded"

    name = LineField(max_length=MAX_LENGTH)
    folded = models.CharField(max_length=MAX_LENGTH)

    class Meta(Follow.Meta):
        abstract = True
        ordering = ["folded"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def find(cls, name: str) -> str:
        name = one_line(name)
        folded = cls.fold(name)
        if not folded or max(len(name), len(folded)) > MAX_LENGTH:
            raise BadInput(f"{cls.one} has a name of 1 to {MAX_LENGTH} characters that contains letters or digits.")
        return name

    @classmethod
    def row(cls, target: str) -> dict:
        return {"name": target, "folded": cls.fold(target)}

    @property
    def handle(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('papers:today')}?{urlencode({self.parameter: self.name})}"


class TopicFollow(TextFollow):
    """Lists the papers with a category or keyword."""

    kind, title, one, parameter = "topics", "Topics", "A topic", "topic"
    fold = staticmethod(fold)

    pk = models.CompositePrimaryKey("user", "folded")

    # Two equivalent conditions: the first uses the index on entries, the second the one on follows.
    PAPERS_SQL = """
        SELECT followed.user_id, entry.paper_id, followed.name
        FROM papers_topicfollow followed
        JOIN {entries} entry ON entry.topics @> ARRAY[followed.folded::text] AND followed.folded = ANY(entry.topics)
        WHERE {condition}
    """

    class Meta(TextFollow.Meta):
        indexes = [models.Index(fields=["folded", "user"], name="followers_of_topic")]


class AuthorQuery(Func):
    """The tsquery of a folded author's name, the same as `papers.search.lexicon.author_query` makes."""

    template = "to_tsquery('simple'::regconfig, '''' || replace(%(expressions)s, ' ', ''':C <-> ''') || ''':C')"


class AuthorFollow(TextFollow):
    """Lists the papers with these words in sequence in an author's name."""

    kind, title, one, parameter = "authors", "Authors", "An author", "author"
    fold = staticmethod(bare_name_term)

    pk = models.CompositePrimaryKey("user", "folded")
    query = models.GeneratedField(expression=AuthorQuery(F("folded")), output_field=SearchQueryField(), db_persist=True)

    PAPERS_SQL = """
        SELECT followed.user_id, entry.paper_id, 'by ' || followed.name
        FROM papers_authorfollow followed
        JOIN {entries} entry ON entry.words @@ followed.query
        WHERE {condition}
    """

    class Meta(TextFollow.Meta):
        indexes = [models.Index(fields=["folded", "user"], name="followers_of_author")]
