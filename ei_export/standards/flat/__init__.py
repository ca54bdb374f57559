"""Messages of fixed-length records: PM304 and its return PM305, from the layout tables in ``specs/``."""
