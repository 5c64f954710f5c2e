"""Recorded events played back: `sgwarden replay`."""
