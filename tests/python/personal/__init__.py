"""Tests of the detector of personal data."""
