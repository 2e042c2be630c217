"""The thresholds of the search for rings of votes (`papers.rings`). The site publishes them at /about/ranking."""

RING_VOTERS = 100  # people who voted lately: on a smaller site everybody resembles everybody, so nothing is held
RING_CROWD = 0.2  # of those people: a larger group is no ring, but what the site is like
RING_SIZE = 5  # votes for a paper, of which a ring has at least so many
RING_PART = 0.05  # of the votes for a paper: a smaller group is left alone, since it moves the paper little
RING_VOTES = 500  # for a paper, of which the latest are compared
RING_RISK = 0.7  # from which a group of votes is held
# How much each factor, which is a share from 0 to 1, adds to the risk. None of them suffices but the first.
RING_WEIGHTS = {"together": 0.8, "new": 0.5, "network": 0.5, "devoted": 0.5, "burst": 0.2}
RING_DAYS = 60  # of which histories are compared
RING_COMMON = 2  # papers that two voters have both upvoted, to be linked
RING_OVERLAP = 0.15  # the Jaccard index of two voters' histories, to be linked
RING_SHARE = 0.65  # of a group has upvoted a paper, to have upvoted it together
RING_LIFT = 3  # times the share of others who upvoted it
RING_DOMINANCE = 0.4  # of a paper's votes are the group's, to have upvoted it together
RING_TOGETHER = 4  # papers that were upvoted together make the factor 1
RING_POPULAR = 40  # votes, and RING_POPULAR_SHARE of all voters: papers with more are left out of histories
RING_POPULAR_SHARE = 0.05
RING_NETWORK = 5  # votes of a group from one network, to share it
RING_BURST_MINUTES = 10  # within which votes are a burst
RING_DEVOTED = 0.8  # of a history is papers of the same authors or organisations, to be devoted to them
RING_DEVOTED_VOTES = 4  # that such a history has at least
