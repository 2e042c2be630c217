"""What others do that concerns papers: a person who leaves takes the votes along; organisations that are
merged put their papers together; a migrated database gets vectors.
"""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import F
from django.db.models.signals import post_migrate, pre_delete
from django.dispatch import receiver

from orgs.signals import organisation_merged
from papers.models import Collection, Embedding, Paper


@receiver(pre_delete, sender=get_user_model())
def take_votes_along(instance, **kwargs) -> None:
    voted = Paper.objects.filter(pk__in=instance.votes.values("paper"))
    voted.update(vote_count=F("vote_count") - 1, revision=F("revision") + 1)
    instance.votes.all().delete()


@receiver(organisation_merged)
def move_papers(old, into, **kwargs) -> None:
    Paper.objects.filter(organisation=old).update(organisation=into, revision=F("revision") + 1)
    Collection.objects.move(old, into)


@receiver(post_migrate, dispatch_uid="papers.embedding")
def prepare_embeddings(app_config, **kwargs) -> None:
    if app_config.name == "papers" and settings.EMBEDDING != "none":
        Embedding.objects.prepare()
