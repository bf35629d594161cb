"""Tests of `crosswalk report` and of the results of verifications."""
