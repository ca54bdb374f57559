"""``status``: how things stand, told from the ledger."""
