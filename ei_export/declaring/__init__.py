"""From lines that are due to declaration files: their numbers, their totals, and what is kept of them."""
