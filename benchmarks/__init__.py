"""How fast the losses are, and how much memory they take."""
