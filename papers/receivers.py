"""Receivers of signals: migration, deletion of users and organisations, merging, and revoked access."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import F, Q
from django.db.models.signals import post_migrate, pre_delete
from django.dispatch import receiver

from accounts.signals import access_revoked
from orgs.models import Organisation
from orgs.signals import organisation_merged
from papers.models import (
    Affiliation,
    Collection,
    CollectionFollow,
    Comment,
    CommentVote,
    DataExport,
    Embedding,
    FeedKey,
    OrganisationFollow,
    Paper,
    Vote,
)


@receiver(pre_delete, sender=get_user_model())
def delete_votes_and_comments(sender, instance, **kwargs) -> None:
    """Delete a user's votes, retract the user's comments, and set the counters of their papers.

    Papers that the user has claimed to be an author of are shown anew, since the claims go with the user.

    The lock of the user keeps votes from being cast, and the locks of the papers keep them as they are. Papers and then
    comments are locked in the order of their ids, so that two deletions cannot deadlock.
    """
    sender.objects.select_for_update().filter(pk=instance.pk).first()
    upvoted = list(instance.comment_votes.select_for_update().values_list("comment", flat=True))
    claimed = list(instance.author_claims.granted().values_list("paper", flat=True))
    discussed = Comment.objects.filter(Q(pk__in=upvoted) | Q(author=instance)).values("paper")
    Paper.objects.filter(Q(pk__in=claimed) | Q(pk__in=instance.votes.values("paper")) | Q(pk__in=discussed)).lock()
    Comment.objects.filter(Q(pk__in=upvoted) | Q(author=instance)).lock()
    votes = Vote.objects.filter(user=instance)
    Paper.objects.touch([*votes.counting().values_list("paper", flat=True)], vote_count=F("vote_count") - 1)
    Paper.objects.touch([*votes.in_review().values_list("paper", flat=True)], held_count=F("held_count") - 1)
    instance.votes.all().delete()
    CommentVote.objects.unmake_all(instance)
    Comment.objects.retract_all(instance)
    Paper.objects.touch(claimed)


@receiver(pre_delete, sender=get_user_model())
def delete_collection_follows(instance, **kwargs) -> None:
    """Delete a user's follows of collections and decrease the collections' counters."""
    followed = CollectionFollow.objects.filter(user=instance)
    collections = Collection.objects.filter(pk__in=followed.values("collection"))
    collections.lock()
    collections.update(follower_count=F("follower_count") - 1)
    followed.delete()


@receiver(pre_delete, sender=get_user_model())
def delete_export(instance, **kwargs) -> None:
    for export in DataExport.objects.filter(user=instance):
        export.forget()


@receiver(access_revoked)
def renew_feed_key(user, **kwargs) -> None:
    FeedKey.objects.renew(user)


@receiver(organisation_merged)
def move_to_merged(old, into, **kwargs) -> None:
    Affiliation.objects.move(old, into)
    OrganisationFollow.objects.move(old, into)
    Collection.objects.move(old, into)


@receiver(pre_delete, sender=Organisation)
def dissolve_affiliations(instance, **kwargs) -> None:
    Affiliation.objects.dissolve(instance)


@receiver(post_migrate, dispatch_uid="papers.embedding")
def prepare_embeddings(app_config, **kwargs) -> None:
    if app_config.name == "papers" and settings.EMBEDDING != "none":
        Embedding.objects.prepare()
