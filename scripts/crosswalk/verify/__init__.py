"""Reading counts and records back from a destination, and what came of it."""
