"""Compiled loops: what a batch costs most in, each named after the step it is."""
