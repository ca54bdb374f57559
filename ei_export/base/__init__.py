"""What any program needs: problems and their words, tables, spools, files that appear whole or not at all."""
