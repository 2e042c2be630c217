from django import template

from accounts import browser

register = template.Library()
register.filter("browser_name", browser.name)
