"""The files of runs that are handed to VECOZO: which there are, one of them, and zips of them."""
