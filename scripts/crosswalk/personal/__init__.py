"""Finds personal data in what would be sent: which property holds e-mail addresses, phone numbers and the like."""
