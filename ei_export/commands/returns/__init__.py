"""``returns``: the answers of VECOZO and of insurers."""
