"""What can be known of a policy file before it runs: whether it holds, what it means, what may stand in it.

For the command line and for builds; nothing that is deployed knows of it.
"""
