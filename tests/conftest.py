"""The cast: Alice owns, Bob helps, Carol is a stranger; a fourth person is not signed in. Real PostgreSQL."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
