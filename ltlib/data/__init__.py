"""Texts on their way to the network, and how far their domains lie apart.

A text stays the `Review` that its source yields, with its label, while `cleaning` drops others
around it and `splits` gives it a place; `encoding` turns it into tensors, a part of `Reviews`.
`corpus.load_corpus` is the whole way.
"""
