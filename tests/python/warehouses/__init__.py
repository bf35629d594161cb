"""The project on warehouses other than DuckDB."""
