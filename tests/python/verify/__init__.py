"""Tests of `crosswalk verify` and `crosswalk undo-plan`."""
