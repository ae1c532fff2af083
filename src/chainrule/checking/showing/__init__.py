"""What a check answers, for people and programs: in a terminal, as JSON, as a page, as a repaired copy, as grades."""
