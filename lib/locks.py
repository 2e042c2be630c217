"""How rows are locked."""

from django.db import models


class LockQuerySet(models.QuerySet):
    def lock(self) -> list:
        """Lock these rows until the transaction ends, and return their primary keys.

        Nobody else changes or deletes them meanwhile; rows that refer to them can be written. They are locked in the
        order of their keys, so that no two transactions wait for each other.
        """
        rows = self.order_by("pk").select_for_update(of=("self",), no_key=True)
        return list(rows.values_list("pk", flat=True))
