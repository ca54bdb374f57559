"""``run`` and ``check``: appointments in, declaration files out."""
