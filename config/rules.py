"""The settings of what readers may submit, of when a day begins, and of whether AI text is shown.

Django finds them in `config.settings`.
"""

from lib.env import env, number, switch

SUBMIT_CONFIRMED_ADDRESS = switch("SUBMIT_CONFIRMED_ADDRESS", default=True)
SUBMIT_DAILY_LIMIT = number("SUBMIT_DAILY_LIMIT", 5)
SUBMIT_MAX_AGE_DAYS = number("SUBMIT_MAX_AGE_DAYS", 14)
_weekdays = env("SUBMIT_WEEKDAYS", default="mon,tue,wed,thu,fri,sat,sun")
SUBMIT_WEEKDAYS = [name.strip().lower() for name in _weekdays.split(",")]
DAY_TIME_ZONE = env("DAY_TIME_ZONE", default="UTC")
DAY_TURNS_AT = number("DAY_TURNS_AT", 0)
SHOW_AI_TEXT = switch("SHOW_AI_TEXT", default=False)
