"""The declaration standards: records and messages as they go to an insurer. Knows no insurer and no Zorg1 rule."""
