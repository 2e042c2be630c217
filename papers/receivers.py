"""What others do that concerns papers: a person who leaves takes the votes along, organisations let their papers go or
put them together; a migrated database gets vectors.
"""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import F
from django.db.models.signals import post_migrate, pre_delete
from django.dispatch import receiver

from orgs.models import Organisation
from orgs.signals import organisation_merged
from papers.models import Affiliation, Collection, CollectionFollow, Embedding, OrganisationFollow, Paper


@receiver(pre_delete, sender=get_user_model())
def take_counts_along(instance, **kwargs) -> None:
    followed = Collection.objects.filter(follows__user=instance)
    followed.update(follower_count=F("follower_count") - 1)
    CollectionFollow.objects.filter(user=instance).delete()
    voted = Paper.objects.filter(pk__in=instance.votes.values("paper"))
    voted.update(vote_count=F("vote_count") - 1, revision=F("revision") + 1)
    instance.votes.all().delete()


@receiver(organisation_merged)
def move_along(old, into, **kwargs) -> None:
    Affiliation.objects.move(old, into)
    OrganisationFollow.objects.move(old, into)
    Collection.objects.move(old, into)


@receiver(pre_delete, sender=Organisation)
def let_papers_go(instance, **kwargs) -> None:
    Affiliation.objects.dissolve(instance)


@receiver(post_migrate, dispatch_uid="papers.embedding")
def prepare_embeddings(app_config, **kwargs) -> None:
    if app_config.name == "papers" and settings.EMBEDDING != "none":
        Embedding.objects.prepare()
