"""The declaration standards: records and messages as they go to an insurer. Knows no insurer and no Zorg1 rule.

``standard.py`` says all that the program asks of a standard, ``registry.py`` which there are; ``flat/`` holds PM304,
``xml/`` GDS801, each with its answers (PM305, GDS802). What all share: ``message.py`` tells what a file is,
``verifying.py`` judges it, ``contents.py`` is a record taken apart and ``vocabulary.py`` what is in it means,
``fault.py`` is what is wrong with it, ``answer.py`` what an insurer answered, ``files.py`` opens files, zips and
folders, and ``care.py`` is what is right of care in every standard.
"""
