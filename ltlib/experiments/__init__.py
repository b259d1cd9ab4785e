"""The experiments: one file a question."""
