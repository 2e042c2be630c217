"""How often a person and a network may claim and correct papers, on pages and by the API together."""

from datetime import timedelta

from lib.limits import request_limit

_DAY = timedelta(days=1)
count_claim = request_limit("claim", person=20, network=60, period=_DAY)
count_check = request_limit("claim check", person=20, network=60, period=timedelta(hours=1))
count_correction = request_limit("correction", person=60, network=200, period=_DAY)
