"""``agreements``: what is agreed with insurers on a day, and what the practice's settings make of it."""
