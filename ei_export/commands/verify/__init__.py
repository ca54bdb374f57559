"""``verify``: a message judged as whoever receives it would."""
