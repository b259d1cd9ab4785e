"""Carrying out a plan of runs to its end."""
