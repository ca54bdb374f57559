"""What there is to do for who does the billing, the most urgent first: told from the ledger, for every command that
tells it."""
