"""Where static files, uploads and the files that the worker writes are. Django finds it in `config.settings`."""

from lib.env import DATA, ROOT, env

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"
EXPORT_ROOT = DATA / "exports"  # archives of people's own data, which are never served as media
DUMP_ROOT = DATA / "dump"  # files with all papers, which everybody may download
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if env.bool("DEBUG", default=False)
        else "lib.staticfiles.BundlingStorage"
    },
}
