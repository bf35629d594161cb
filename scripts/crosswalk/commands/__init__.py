"""One module a sub-command: its flags, and what it prints. Heavy libraries are imported when a command runs."""
