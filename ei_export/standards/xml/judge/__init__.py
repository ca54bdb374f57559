"""Judging GDS801 and GDS802 as whoever receives them would."""
