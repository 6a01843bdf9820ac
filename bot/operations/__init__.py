"""What happens to a submission, from acceptance to the last notification."""
