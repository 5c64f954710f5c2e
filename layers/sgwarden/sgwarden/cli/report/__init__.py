"""`sgwarden report` and `--output html`: one page of how all groups stand."""
