"""Who speaks together: organisations, memberships, roles, and the pages to manage them."""
