"""Signals about papers, for the packages that import this one. Each is sent inside the transaction that makes it so."""

from django.dispatch import Signal

# papers: ids. They are on the site for the first time, whether or not on the list of a day.
papers_listed = Signal()
# papers: ids. Each has a new version of its text.
papers_revised = Signal()
# papers: ids. Each was withdrawn by its authors or by arXiv.
papers_withdrawn = Signal()
# paper: Paper; number, factors (`papers.rings.Ring`). From now on, this many of its votes are held for a
# review. There are no factors if another paper was merged into it.
votes_held = Signal()
# comment: Comment. It was posted.
comment_posted = Signal()
# comment: Comment; people: ids. It names these people, whom it did not name before.
people_mentioned = Signal()
# claim: AuthorClaim. It waits for moderators to decide.
authorship_claimed = Signal()
# claim: AuthorClaim. A proof or a moderator has granted it, or a moderator has refused or withdrawn it, or taken such a
# decision back.
authorship_decided = Signal()
# claim: AuthorClaim. Its claimant has taken it back.
authorship_released = Signal()
# actor, paper, changes: {field: [old value, new value]}. An author of the paper has corrected it.
paper_corrected = Signal()
