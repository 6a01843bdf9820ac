"""What only PostgreSQL needs: its driver, the threads that use it, its tables."""
