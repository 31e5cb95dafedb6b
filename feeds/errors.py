"""Errors that carry one clear sentence for a person.

Expected failure (a feed that is down, a document that is broken) is a value in `feeds.model`;
these exceptions are for what stops a whole command.
"""


class MoonwireError(Exception):
    """Something the operator can mend. `str(error)` is one sentence that says what and how."""


class ConfigError(MoonwireError):
    """The configuration file, or an argument, is wrong: the command ends with exit code 2."""


class TopicError(ConfigError):
    """The topic file is wrong; the sentence names the file and the key."""


class StoreError(MoonwireError):
    """The store can not be opened, is locked, or is not ours: the command ends with exit code 3."""
