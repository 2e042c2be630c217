"""User accounts: the user model, profile settings, and sign-in with django-allauth."""
