"""One patient at a time: what is remembered and what the feed says become lines that are due, credits and problems."""
