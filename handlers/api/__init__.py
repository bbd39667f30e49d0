"""The API for programs: JSON in and out, keys with scopes, one answer per Idempotency-Key."""
