from django import template

from inbox import lists

register = template.Library()


@register.simple_tag(takes_context=True)
def by_mail(context) -> str:
    """The address of the page's list if it can come by mail, for the link that offers it."""
    return lists.by_mail(context["request"], context["list"])
