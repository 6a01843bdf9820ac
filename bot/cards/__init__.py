"""The parts of answers that all resources share."""
