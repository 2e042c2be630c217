"""Backups: a folder with the database, the uploads, and a manifest by which both are checked before they are restored.

The commands `backup` and `restore` use it; docs/backup.md describes what operators do.
"""
