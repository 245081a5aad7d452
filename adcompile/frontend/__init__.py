"""From the source of a Python function to IR."""
