"""Block Kit: its limits, its elements, and the state values of its inputs."""
