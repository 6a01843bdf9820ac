"""What only SQLite needs: the writer, its thread, and the files."""
