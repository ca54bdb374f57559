"""``explain``: the story of any number."""
