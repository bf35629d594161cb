"""Sending payloads to a vendor: cut, send, judge the answer, remember the outcome."""
