"""From lines that are due to declaration files: `styles` writes a line as its standard wants it, `publication` puts the
lines in files by the `books`."""
