"""What builds, prints and archives the book; run from the project's folder."""
