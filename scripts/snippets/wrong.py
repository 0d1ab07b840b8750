"""That a block is not right."""


class Wrong(Exception):
    """What is wrong with a block, for whoever wrote it."""
