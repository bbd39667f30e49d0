"""Many processes at the same books at once, and killed ones: whatever was acknowledged is there, once."""
