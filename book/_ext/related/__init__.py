"""The works around the paper: their table, a graph to explore, and the directives of the page."""
