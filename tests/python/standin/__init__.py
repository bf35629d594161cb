"""A strict stand-in for the vendors' ingestion APIs, for tests and for people who want to watch a push."""
