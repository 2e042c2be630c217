"""How often a person and a network may flag something, on pages and by the API together."""

from datetime import timedelta

from lib.limits import request_limit

count_flag = request_limit(
    "flags",
    person=30,
    network=300,
    period=timedelta(days=1),
    message="You have flagged a lot today. Moderators look at what you have flagged so far. Try again tomorrow.",
)
