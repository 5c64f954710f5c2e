"""Scenarios: an account, then a series of events and calls with times, replayed by a clock of their own."""
