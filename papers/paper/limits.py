"""How often a person and a network may change marks, on pages and by the API together."""

from datetime import timedelta

from lib.limits import request_limit

count_mark = request_limit("marks", person=120, network=1200, period=timedelta(minutes=1))
