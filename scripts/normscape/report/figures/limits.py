"""How much a figure can show. Without matplotlib, so that captions can tell of it."""

LABELLED = 3  # up to this many models, their names stand beside the lines and their bands are drawn
VECTORS = 50  # above this many replicates, or lines of ten points, marks are rasterised to keep the SVG small
# What a logarithmic axis has a place for: neither 0 nor inf, nor so near that its ends are.
LEAST, LARGEST = 1e-300, 1e100
