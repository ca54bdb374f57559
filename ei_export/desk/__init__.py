"""The practice on pages in the browser of who does its declarations: what the commands show and do, behind buttons."""
