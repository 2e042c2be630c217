from django.conf import settings
from django.db import models, transaction
from django.urls import reverse

from lib.fields import LineField
from lib.refusals import BadInput
from lib.text import one_line

MOST = 30  # of one person


class SavedFilterManager(models.Manager):
    @transaction.atomic
    def save_as(self, user, name: str, query: str) -> "SavedFilter":
        """Save the query under a name; a second time changes nothing.

        Raises BadInput for a name or a query that is too long, for a name of another query, and past MOST.
        """
        name, longest = one_line(name), self.model._meta.get_field("name").max_length
        if not 1 <= len(name) <= longest:
            raise BadInput(f"A saved search needs a name of 1 to {longest} characters; this one has {len(name)}.")
        if len(query) > self.model._meta.get_field("query").max_length:
            raise BadInput("This search is too long to save. Use fewer words.")
        user.lock()
        if self.filter(user=user).exclude(name=name).count() >= MOST:
            raise BadInput(f"You have {MOST} saved searches, which is the maximum. Remove one first.")
        saved, _ = self.get_or_create(user=user, name=name, defaults={"query": query})
        if saved.query != query:
            raise BadInput(
                f"You already have a saved search named “{name}”. Choose another name, or remove that one first."
            )
        return saved


class SavedFilter(models.Model):
    """A search or filter that a reader gave a name. `query` is the normal form of its address, without the “?”."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters")
    name = LineField(max_length=40)
    query = models.CharField(max_length=6000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedFilterManager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint("user", "name", name="saved_filter_name_once_a_user")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('papers:today')}?{self.query}"
