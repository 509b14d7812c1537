"""The claims, one file each, in the order of every table."""

from . import c1, c2a, c2b, c3, c4, c5, c6a, c6b, c6c, c7, c8, c9a, c9b

CLAIMS = tuple(file.CLAIM for file in (c1, c2a, c2b, c3, c4, c5, c6a, c6b, c6c, c7, c8, c9a, c9b))
