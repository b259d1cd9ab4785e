"""The run store: what was planned, done, failed, and where it comes from."""
