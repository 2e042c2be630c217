from django.conf import settings
from django.db import connection, models, transaction
from pgvector.django import HalfVectorField


class Vector(HalfVectorField):
    """A plain array to the migration, which so works on any server; `prepare` makes it a vector."""

    def db_type(self, connection) -> str:
        return "real[]"


class EmbeddingManager(models.Manager):
    @transaction.atomic
    def prepare(self) -> None:
        """Give the column its type and its index, where the server has pgvector. Runs after every migrate.

        It is no migration's work: pgvector may come to a server later, and another model makes vectors of another
        length, beside which the old ones say nothing.
        """
        if self.column_type() in ("", self.wanted_type) or not self.has_pgvector():
            return
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
            cursor.execute(_PREPARE.format(dimensions=int(settings.EMBEDDING_DIMENSIONS)))

    def has_pgvector(self) -> bool:
        """Whether the database has pgvector 0.8 or later, or our role may install it there."""
        with connection.cursor() as cursor:
            cursor.execute(_PGVECTOR)
            return cursor.fetchone()[0]

    def is_ready(self) -> bool:
        """Whether vectors of the length that is set can be kept and compared."""
        return self.column_type() == self.wanted_type

    @property
    def wanted_type(self) -> str:
        return f"halfvec({settings.EMBEDDING_DIMENSIONS})"

    def column_type(self) -> str:
        """Of `vector`, such as `halfvec(384)`; "" before the papers' own migration."""
        with connection.cursor() as cursor:
            cursor.execute(_TYPE)
            row = cursor.fetchone()
            return row[0] if row else ""


_PGVECTOR = """
    SELECT EXISTS (
        SELECT FROM pg_available_extension_versions
        WHERE name = 'vector' AND string_to_array(version, '.')::int[] >= '{0,8}'
            AND (installed OR trusted OR NOT superuser OR current_setting('is_superuser')::bool)
    )
"""
_TYPE = """
    SELECT format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = to_regclass('papers_embedding') AND attname = 'vector'
"""
_PREPARE = """
    TRUNCATE papers_embedding;
    DROP INDEX IF EXISTS embedding_near;
    ALTER TABLE papers_embedding ALTER vector TYPE halfvec({dimensions}) USING vector::halfvec({dimensions});
    CREATE INDEX embedding_near ON papers_embedding USING hnsw (vector halfvec_cosine_ops)
"""


class Embedding(models.Model):
    """What a paper means: a vector of unit length that `model` made from this `revision` of the search entry."""

    paper = models.OneToOneField("papers.Paper", models.CASCADE, primary_key=True, related_name="embedding")
    vector = Vector()
    model = models.CharField(max_length=120)
    revision = models.PositiveIntegerField()

    objects = EmbeddingManager()
