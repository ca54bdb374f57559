"""``index``: the part of a practice in the treatment index, and the index where a reference table is given."""
