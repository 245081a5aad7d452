"""From IR to the text of Python functions, and from the text to functions."""
