from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConfigConfig(AppConfig):
    name = "config"
    default = True

    def ready(self) -> None:
        import_module("config.checks")
        import_module("config.address_checks")


class AdminConfig(admin.AdminConfig):
    """Django's admin for staff with a second factor, without the models that hold secrets of sign-in."""

    default = False
    default_site = "config.admin.AdminSite"

    def ready(self) -> None:
        super().ready()
        import_module("config.admin").hide_secrets()
