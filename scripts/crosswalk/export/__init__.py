"""`crosswalk export`: the payloads, or the landed lines, as time-ordered files for somebody else to load."""
