"""The report: what was read, what stands ready, what arrived; as one HTML page, as JSON, and in the terminal."""
