"""The figures: ours against the limit, in the same run. What may be learned from them stands in RESULTS.md."""
