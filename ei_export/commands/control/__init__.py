"""``control``: norms by which others control what was declared, a module and a table of ``specs/controls/`` each."""
