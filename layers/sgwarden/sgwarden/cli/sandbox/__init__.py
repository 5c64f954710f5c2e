"""An AWS account served on this machine: `sgwarden sandbox`."""
