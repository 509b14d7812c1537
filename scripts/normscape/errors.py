"""The one-line error for input that is wrong."""

REMEDY = "delete the file and run again: it will be made anew"


class InputError(Exception):
    """Something from outside is wrong. The message is one line: which file or key, what is wrong, what is right."""
