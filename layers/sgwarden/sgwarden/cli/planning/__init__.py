"""What would change, and changing it: `sgwarden plan` and `sgwarden apply`."""
