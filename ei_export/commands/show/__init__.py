"""``show``: a message in words."""
