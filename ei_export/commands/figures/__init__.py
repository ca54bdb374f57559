"""Figures to steer by, as they were known on a day: what each is stands in ``docs/figures.md``."""
