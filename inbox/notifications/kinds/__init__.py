"""What a person can be notified of: one module a kind, which registers it."""

import pkgutil
from importlib import import_module


def discover() -> None:
    """Import every module of this package; called once, when the app is ready."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
