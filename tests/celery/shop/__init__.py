"""A little shop whose tasks the pages of the rules speak of."""
