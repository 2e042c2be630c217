"""Who you are: the user, profile settings, sign-in (allauth)."""
