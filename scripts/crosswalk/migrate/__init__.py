"""`crosswalk migrate`: extract, build, plan, push and verify in one go, resumable as a whole."""
