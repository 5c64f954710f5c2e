"""Alerts in the words and shapes of each reader: one module a channel, all from the same `Alert`."""
