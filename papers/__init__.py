"""What the site is about: papers, votes, bookmarks, ranking, ingest, and every page that lists papers."""
