"""Words and pictures of numbers that are computed elsewhere."""
