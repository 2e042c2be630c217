"""The thresholds of the search for rings of votes (`papers.rings`). The site publishes them at /about/ranking."""

RING_VOTERS = 100  # If fewer people have voted lately, nothing is held: on a small site everybody resembles everybody.
RING_CROWD = 0.2  # A group with a larger share of these people is no ring, but what the site is like.
RING_SIZE = 5  # A ring has at least this many votes for a paper.
RING_PART = 0.05  # A group with a smaller share of a paper's votes is left alone, since it moves the paper little.
RING_VOTES = 500  # At most this many votes for a paper are compared, the latest ones.
RING_RISK = 0.7  # Votes of a group are held if its risk is at least this.
# How much each factor, which is a share from 0 to 1, adds to the risk. None of them suffices but the first.
RING_WEIGHTS = {"together": 0.8, "new": 0.5, "network": 0.5, "devoted": 0.5, "burst": 0.2}
RING_DAYS = 60  # Histories go back this many days.
RING_COMMON = 2  # Two voters are linked only if they have both upvoted at least this many other papers.
RING_OVERLAP = 0.15  # Two voters are linked only if the Jaccard index of their histories is at least this.
RING_SHARE = 0.65  # A paper counts as upvoted together if at least this share of the group upvoted it.
RING_LIFT = 3  # The group's share must also be more than this many times the share of others who upvoted the paper.
RING_DOMINANCE = 0.4  # At least this share of the paper's votes must also be the group's.
RING_TOGETHER = 4  # If this many papers were upvoted together, the factor is 1.
# Papers with more votes than RING_POPULAR, and than RING_POPULAR_SHARE of all voters, are left out of histories.
RING_POPULAR = 40
RING_POPULAR_SHARE = 0.05
RING_NETWORK = 5  # A network is shared if at least this many votes of the group came from it.
RING_BURST_MINUTES = 10  # Votes that were cast within this time are a burst.
RING_DEVOTED = 0.8  # A voter is devoted if at least this share of the history has the paper's authors or organisations.
RING_DEVOTED_VOTES = 4  # Fewest votes in such a history.
