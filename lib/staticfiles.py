"""Bundles and minifies style sheets and scripts without a build tool.

`css/site.css` is a list of `@import url("x.css") layer(y);`, which browsers understand. In production, collectstatic
replaces each import by the file that it names, and drops comments and white space, before file names are hashed and
files are compressed. Scripts are minified by rjsmin. Its sibling for style sheets, rcssmin, is not used: inside a layer
it makes `.a:is(b)` of `.a :is(b)`.
"""

import re
from pathlib import Path

import rjsmin
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

from lib.release import digest

BUNDLES = ["css/site.css", "css/embed.css"]
_UNUSED = ["django_htmx/ext", "htmax-*", "htmx-4*", "htmx-2.js"]  # of packages
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND = re.compile(r"\s*([{};,])\s*")  # white space that says nothing
_IMPORT = re.compile(r'@import url\("(?P<file>[^"]+)"\) layer\((?P<layer>\w+)\);')


class BundlingStorage(CompressedManifestStaticFilesStorage):
    def post_process(self, paths, **options):
        small = {name: bundle(Path(finders.find(name))) for name in BUNDLES if name in paths}
        small |= {name: rjsmin.jsmin(Path(finders.find(name)).read_text()) for name in paths if name.startswith("js/")}
        for name, text in small.items():
            Path(self.path(name)).write_text(text)
            paths = paths | {name: (self, name)}
        yield from super().post_process(paths, **options)


def bundle(sheet: Path) -> str:
    """Returns the style sheet with each @import replaced by the file, inside its layer, without comments."""

    def inline(match: re.Match) -> str:
        return f"@layer {match['layer']} {{\n{(sheet.parent / match['file']).read_text()}}}\n"

    return _AROUND.sub(r"\1", _COMMENT.sub("", _IMPORT.sub(inline, sheet.read_text())))


def are_collected() -> bool:
    """Returns whether the files that are served are those of this release."""
    return _stamp().exists() and _stamp().read_text() == _release()


def collect() -> None:
    """Run collectstatic. If it was killed the last time, begin anew: it would keep a file that is only half written."""
    is_unfinished = not _stamp().exists()
    _stamp().unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=is_unfinished, ignore_patterns=_UNUSED)
    _stamp().write_text(_release())


def _stamp() -> Path:
    """Returns the file that says of which release the collected files are."""
    return settings.STATIC_ROOT / "collected"


def _release() -> str:
    return digest("static", "lib", "requirements.lock")
