from django import template

from inbox.addresses import subscribable

register = template.Library()


@register.simple_tag(takes_context=True)
def by_mail(context) -> str:
    """The address of the page's list for the link to subscribe to it; "" if one cannot."""
    return subscribable.by_mail(context["request"])
