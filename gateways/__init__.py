"""The doors out: each gateway speaks one vendor's language and implements one port. Vendors are imported here only."""
