from allauth.account.adapter import DefaultAccountAdapter

_RESERVED = ["admin", "broadsheet", "me", "moderator", "root", "settings", "staff", "support"]


class AccountAdapter(DefaultAccountAdapter):
    """What we ask of allauth beyond its settings: some names look like the site speaking, so nobody has them."""

    def clean_username(self, username, shallow=False):
        username = super().clean_username(username, shallow=shallow)
        if not shallow and username.lower() in _RESERVED:
            raise self.validation_error("username_blacklisted")
        return username
