"""The house killed at any line and started again, and two of it at once: whatever was due has happened exactly once."""
