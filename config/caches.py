"""The caches of the site: one that all processes share, and those of each process, which may be dropped at any time."""

_MEMORY, _KEPT = "django.core.cache.backends.locmem.LocMemCache", "lib.memory.MemoryCache"
CACHES = {
    # Shared by all processes: allauth counts wrong codes of second factors here.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Values that depend on their keys alone, so each process may have its own: rows of lists, parts of papers' pages, …
    "cards": {"BACKEND": _KEPT, "LOCATION": "cards", "OPTIONS": {"MAX_ENTRIES": 5_000}},
    "template_fragments": {"BACKEND": _KEPT, "LOCATION": "parts", "OPTIONS": {"MAX_ENTRIES": 4_000}},
    # … what searches found, for a minute, and the vectors of their words …
    "searches": {"BACKEND": _MEMORY, "LOCATION": "searches", "TIMEOUT": 60, "OPTIONS": {"MAX_ENTRIES": 2_000}},
    # … and whole pages for people who are not signed in, compressed, and filter forms (tens of kB each).
    "pages": {"BACKEND": _MEMORY, "LOCATION": "pages", "OPTIONS": {"MAX_ENTRIES": 500}},
}
