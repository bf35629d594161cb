"""Tests of the `crosswalk` command."""
