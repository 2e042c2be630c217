"""Renaming an organisation as the site that it came from has renamed it."""

from django.db import transaction

from orgs.models import Event, FormerSlug, Organisation, SourceIdentity


@transaction.atomic
def rename(identity: SourceIdentity, slug: str, name: str) -> None:
    """Give the organisation the slug and the name that its site gives it by now. Its former address leads to the new.

    An organisation that somebody owns keeps both, and so does one that has another slug here than it had at its site,
    such as one into which moderators have merged that of the site. If another one has the slug here, or has had it, the
    identity is that one's from now on, and moderators may merge the two.
    """
    Organisation.objects.lock_slugs()
    organisation = identity.organisation
    organisation.lock()
    former = FormerSlug.objects.filter(slug=slug).select_related("organisation").first()
    present = former.organisation if former else Organisation.objects.filter(slug=slug).first()
    has_its_slug = identity.slug == organisation.slug
    if has_its_slug and present not in (None, organisation):
        identity.organisation = present
    elif has_its_slug and not organisation.is_owned:
        if former:
            former.delete()
        FormerSlug.objects.create(slug=organisation.slug, organisation=organisation)
        was = f"{organisation.name} ({organisation.slug})"
        organisation.slug, organisation.name = slug, name
        organisation.save(update_fields=["slug", "name", "name_skeleton", "updated_at"])
        Event.objects.create(
            organisation=organisation, actor_name=identity.site, text=f"renamed {was}, which this site follows"
        )
    identity.slug = slug
    identity.save(update_fields=["slug", "organisation"])
