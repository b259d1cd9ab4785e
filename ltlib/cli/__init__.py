"""The `ltlib` command."""
