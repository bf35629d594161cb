"""Crosswalk: moves product-analytics history with SQL; this package does the reading, sending and reporting."""

__version__ = "0.1.0"
