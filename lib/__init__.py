"""Modules that every app may import. They import Python and Django only, and define no models."""
