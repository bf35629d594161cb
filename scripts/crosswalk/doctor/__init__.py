"""What `crosswalk doctor` looks at; nothing here talks to a vendor, and nothing is changed but by a rebuild."""
