"""Texts on their way to the network, and how far their domains lie apart."""
