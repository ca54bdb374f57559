"""Each command whole: what it does, what it tells, and its JSON."""
