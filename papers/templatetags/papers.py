from django import template

from papers.lists import cards as card_store

register = template.Library()
register.simple_tag(card_store.render, name="cards")
