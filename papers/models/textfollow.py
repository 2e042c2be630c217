"""Follows of topics and authors, which have no rows of their own: they are names, whose case and accents are equal."""

from django.contrib.postgres.search import SearchQueryField
from django.db import models
from django.db.models import F, Func
from django.urls import reverse
from django.utils.http import urlencode

from lib.fields import LineField
from lib.refusals import BadInput
from lib.text import bare, fold, one_line
from papers.models.follow import Follow

LONGEST = 200


class TextFollow(Follow):
    """A follow of a name: `name` as it was spelled first, `folded` to identify it.

    `parameter` is the name of the filter that lists its papers.
    """

    column = "folded"

    name = LineField(max_length=LONGEST)
    folded = models.CharField(max_length=LONGEST)

    class Meta(Follow.Meta):
        abstract = True
        ordering = ["folded"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def find(cls, name: str) -> str:
        name = one_line(name)
        folded = cls.fold(name)
        if not folded or max(len(name), len(folded)) > LONGEST:
            raise BadInput(f"{cls.one} has a name of 1 to {LONGEST} characters, with letters or digits among them.")
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
    """A follow that brings in the papers with this category or keyword."""

    kind, title, one, parameter = "topics", "Topics", "A topic", "topic"
    fold = staticmethod(fold)

    pk = models.CompositePrimaryKey("user", "folded")

    # Of the two conditions, which mean the same, one finds the entries of a topic and one the topics of an entry.
    BRINGS = """
        SELECT followed.user_id, entry.paper_id, followed.name
        FROM papers_topicfollow followed
        JOIN {entries} entry ON entry.topics @> ARRAY[followed.folded::text] AND followed.folded = ANY(entry.topics)
        WHERE {whose}
    """

    class Meta(TextFollow.Meta):
        indexes = [models.Index(fields=["folded", "user"], name="followers_of_topic")]


class Names(Func):
    """The tsquery of a bare name among the authors', as `wording.author_query` has it."""

    template = "to_tsquery('simple'::regconfig, '''' || replace(%(expressions)s, ' ', ''':C <-> ''') || ''':C')"


class AuthorFollow(TextFollow):
    """A follow that brings in the papers that have these words, side by side, among their authors' names."""

    kind, title, one, parameter = "authors", "Authors", "An author", "author"
    fold = staticmethod(bare)

    pk = models.CompositePrimaryKey("user", "folded")
    query = models.GeneratedField(expression=Names(F("folded")), output_field=SearchQueryField(), db_persist=True)

    BRINGS = """
        SELECT followed.user_id, entry.paper_id, 'by ' || followed.name
        FROM papers_authorfollow followed
        JOIN {entries} entry ON entry.words @@ followed.query
        WHERE {whose}
    """

    class Meta(TextFollow.Meta):
        indexes = [models.Index(fields=["folded", "user"], name="followers_of_author")]
