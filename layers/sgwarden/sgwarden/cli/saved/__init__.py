"""Accounts as the AWS CLI has saved them."""
