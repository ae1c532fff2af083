"""How things of chainrule show themselves in a notebook: fragments of HTML that need nothing beside themselves."""
