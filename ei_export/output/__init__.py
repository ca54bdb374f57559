"""What several commands share to tell people of: lists of problems and their causes, text for a terminal, cells."""
