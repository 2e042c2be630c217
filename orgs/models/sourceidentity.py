from django.db import models

from lib.fields import LineField, UrlLineField


class SourceIdentity(models.Model):
    """The id by which another site knows an organisation, so that it is recognised when it is renamed there.

    `slug` is what the site last called it, and `latest_at` when the latest paper was listed whose record said so.
    """

    site = UrlLineField(max_length=200)
    source_id = LineField(max_length=64)
    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, related_name="identities")
    slug = models.SlugField(max_length=96, db_index=False)
    latest_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "source identities"
        constraints = [models.UniqueConstraint(fields=["site", "source_id"], name="source_identity_once")]

    def __str__(self) -> str:
        return f"{self.source_id} at {self.site}"
