"""The command line, for laptops and pipelines; never part of the deployed package."""

from sgwarden.cli.main import main

__all__ = ["main"]
