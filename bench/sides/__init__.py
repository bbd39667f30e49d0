"""What runs in a process of its own: the limits, which are as bare as their libraries allow, and the stand-in."""
