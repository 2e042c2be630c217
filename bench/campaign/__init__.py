"""A site under load whose processes are killed at random moments, and an oracle that compares what is left.

`site` is the site and what can be killed of it, `people` are those who use it, `actions` what they do, and `load` lets
them do it at once. `letters` and `imports` are what comes by the worker and by a command, `oracle` knows what the site
has acknowledged, and `rounds` lets one round follow the other. Nothing here runs in a process of the site.
"""
