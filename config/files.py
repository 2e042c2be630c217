"""Where static files, uploads and the files that the worker writes are. Django finds it in `config.settings`."""

from lib.env import DATA, ROOT, env, switch

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"
EXPORT_ROOT = DATA / "exports"  # archives of people's own data, which are never served as media
DUMP_ROOT = DATA / "dump"  # files with all papers, which everybody may download

# A bucket of a store that speaks S3, for uploads, exports and the dump; without one they are in the folders above.
S3_BUCKET = env("S3_BUCKET", default="")
S3_ENDPOINT_URL = env("S3_ENDPOINT_URL", default="")
S3_ACCESS_KEY_ID = env("S3_ACCESS_KEY_ID", default="")
S3_SECRET_ACCESS_KEY = env("S3_SECRET_ACCESS_KEY", default="")
S3_REGION = env("S3_REGION", default="")


def _in_bucket(location: str, **more) -> dict:
    options = {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT_URL or None,
        "access_key": S3_ACCESS_KEY_ID or None,
        "secret_key": S3_SECRET_ACCESS_KEY or None,
        "region_name": S3_REGION or None,
        "location": location,
    }
    return {"BACKEND": "lib.s3_storage.BucketStorage", "OPTIONS": options | more}


def _in_folder(setting: str, *, is_private: bool) -> dict:
    return {"BACKEND": "lib.folder_storage.FolderStorage", "OPTIONS": {"setting": setting, "is_private": is_private}}


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "exports": _in_folder("EXPORT_ROOT", is_private=True),
    "dump": _in_folder("DUMP_ROOT", is_private=False),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if switch("DEBUG", default=False)
        else "lib.staticfiles.BundlingStorage"
    },
}
if S3_BUCKET:
    STORAGES |= {
        "default": _in_bucket("media", base_url=MEDIA_URL, file_overwrite=False),
        "exports": _in_bucket("exports"),
        "dump": _in_bucket("dump"),
    }
