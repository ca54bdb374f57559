"""Judging PM304 and PM305 as whoever receives them would."""
