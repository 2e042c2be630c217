"""How often readers may mark papers, as `lib.limits` takes it."""

from datetime import timedelta

MARKS = {"name": "marks", "person": 120, "network": 1200, "period": timedelta(minutes=1)}
