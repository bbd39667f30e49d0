"""The clock: what falls due by time, and the pump that works off what has come in or changed."""
