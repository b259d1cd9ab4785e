"""The works around the paper as a graph to explore."""
