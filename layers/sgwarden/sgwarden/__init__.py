"""sgwarden keeps the security group of every Amazon EKS cluster true to a written policy."""
