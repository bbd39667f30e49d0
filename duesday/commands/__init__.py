"""One file per command: its name, its options, and what it prints. What it does lives in the rooms."""
