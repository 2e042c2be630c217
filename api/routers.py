"""Routers of addresses that one package reads and another changes: ninja answers one address from one router only."""

from ninja import Router

collections = Router(tags=["collections"], by_alias=True)
