"""One module a figure: `draw(results, size)` returns it. They are listed in `report.catalogue`."""
