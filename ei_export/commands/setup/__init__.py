"""What the settings say of a practice and its export, and changing them where nobody opens an editor."""
