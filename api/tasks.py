"""The jobs of the API, each in the `tasks.py` of its room."""

from importlib import import_module

for room in ("webhooks",):
    import_module(f"api.{room}.tasks")
