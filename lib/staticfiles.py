"""One style sheet over the wire, many in the tree, no build tool.

`css/site.css` is a list of `@import url("x.css") layer(y);`. Browsers understand it as it stands; for
production, collectstatic puts the imported files in its place before names are hashed and files compressed.
"""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

from lib.release import digest

BUNDLES = ["css/site.css", "css/embed.css"]
_IMPORT = re.compile(r'@import url\("(?P<file>[^"]+)"\) layer\((?P<layer>\w+)\);')


class BundlingStorage(CompressedManifestStaticFilesStorage):
    def post_process(self, paths, **options):
        for name in BUNDLES:
            if name in paths:
                Path(self.path(name)).write_text(bundle(Path(finders.find(name))))
                paths = paths | {name: (self, name)}
        yield from super().post_process(paths, **options)


def bundle(sheet: Path) -> str:
    """The sheet with each imported file in the place of its @import, inside its layer."""

    def inline(match: re.Match) -> str:
        return f"@layer {match['layer']} {{\n{(sheet.parent / match['file']).read_text()}}}\n"

    return _IMPORT.sub(inline, sheet.read_text())


def collect() -> None:
    """collectstatic, unless nothing has changed since the last time: compressing takes ten seconds."""
    stamp, now = settings.STATIC_ROOT / "collected", digest("static", "lib", "requirements.lock")
    if not stamp.exists() or stamp.read_text() != now:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)
