from django.db import models

from orgs.names import skeleton_of


class FormerSlug(models.Model):
    """A slug that an organisation had until it was merged into another one, or renamed at the site that it came from.

    Its address leads to `organisation`, and no new organisation can have it.
    """

    slug = models.SlugField(max_length=96, unique=True)
    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, related_name="former_slugs")
    created_at = models.DateTimeField(auto_now_add=True)
    skeleton = models.GeneratedField(
        expression=skeleton_of("slug"), output_field=models.CharField(max_length=96), db_persist=True, db_index=True
    )

    def __str__(self) -> str:
        return self.slug
