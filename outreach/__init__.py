"""From overdue to contacted: rule sets at work, gates, sending, delivery results, replies."""
