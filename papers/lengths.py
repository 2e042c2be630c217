"""How many characters texts have at most, which is what both the tables and the cleaning of imports keep to."""

MAX_URL = 500
MAX_SUMMARY, MAX_MODEL = 2_000, 120  # what a language model wrote, and its name
MAX_ARTEFACT = 200  # the name of a model, dataset or demo
MAX_AVATAR = 500  # the address of a person's picture at another site
