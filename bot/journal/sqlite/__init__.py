"""What only SQLite needs: the writer thread and the files."""
