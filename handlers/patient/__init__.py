"""The patient's page and everything below it: one guarantor's own, behind the token in its address."""
