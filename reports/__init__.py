"""Reports: one file each, columns and a query. Whoever shows one (Slack, command line, API) derives from these."""
