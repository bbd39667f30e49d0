"""The mind of the house: what is true about money, time, states and people, without I/O."""
