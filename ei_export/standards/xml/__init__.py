"""Messages in XML: GDS801 and its return GDS802, from the element tables in ``specs/gds801/``."""
