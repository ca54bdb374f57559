"""What everything speaks of: appointments, declarations and their lines, the columns of a feed, code lists, names."""
