"""``zorg1``: the tables of the Zorg1 dashboard (§5.2), made of what the ledger keeps."""
