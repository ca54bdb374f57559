"""ei-export: completed Zorg1 appointments in, EI-standaard declaration files out."""

__version__ = "0.1.0"
