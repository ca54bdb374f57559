"""One patient at a time: what is remembered and what the feed says become lines that are due, credits and problems.

`judge` has the steps, each of which makes values of others: appointments are ``heard``, then ``placed``, judged, made
into lines that are ``due``, and ``kept`` for next time.
"""
