"""Calls of users' functions in this very process, for its engine: what cask._child is for a worker."""

from cask._call_errors import describe
from cask._handlers import Handlers

_handlers = Handlers()


def call_handler(token, function, arguments):
    """Calls a pickled handler."""
    return _handlers.find(token, function)([memoryview(argument) for argument in arguments])


def pack_error(error):
    """(the text of an exception, its pickle), as a child would tell them."""
    text, payload = describe(error)
    return text.decode(), bytes(payload)
