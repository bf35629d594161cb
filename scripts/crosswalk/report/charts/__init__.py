"""Shapes of the report's charts: numbers in, coordinates out. The templates draw them as SVG."""
