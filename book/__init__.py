"""The book: its prose, its extensions of Sphinx (`_ext`) and what builds it (`tools`)."""
