"""The networks, and how they compute."""
