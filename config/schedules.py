"""The settings of what the worker does by itself, and of where it fetches. Django finds them in `config.settings`.

Schedules are cron expressions, in UTC. Without one, the worker does not do it.
"""

from lib.env import env

HUB_URL = env("HUB_URL", default="https://huggingface.co").rstrip("/")  # the site that this one follows
IMPORT_HUB = env("IMPORT_HUB", default="")
IMPORT_ARXIV = env("IMPORT_ARXIV", default="")
IMPORT_ARXIV_CATEGORIES = [name.strip() for name in env.list("IMPORT_ARXIV_CATEGORIES", default=[])]
REPOSITORY_STARS = env("REPOSITORY_STARS", default="")
PAPER_PICTURES = env("PAPER_PICTURES", default="")
GITHUB_TOKEN = env("GITHUB_TOKEN", default="")
DUMP = env("DUMP", default="23 2 * * *")
SCHEDULES = ("IMPORT_HUB", "IMPORT_ARXIV", "REPOSITORY_STARS", "PAPER_PICTURES", "DUMP")  # checked at each start
