"""The process beside a worker that calls users' functions (cask._child), spoken to as the worker does."""

import array
import mmap
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys

import cloudpickle
import numpy as np
import pytest

from cask import _child
from cask._handlers import MAX_HANDLERS


class Source:
    """A function that unpickles from its text, with nothing imported for it."""

    def __init__(self, text):
        self.text = text

    def __reduce__(self):
        return eval, (self.text,)


class Child:
    """A child and the other end of its connection."""

    def __init__(self):
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen([sys.executable, "-m", "cask._child", str(theirs.fileno())], pass_fds=[theirs.fileno()],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
        theirs.close()
        self.number = 0
        self.printed = None
        assert self.receive() == (_child.READY, b"", 0)

    def send(self, function, *arguments, token=None, with_function=True):
        self.number += 1
        pickled = pickle.dumps(function) if isinstance(function, Source) else cloudpickle.dumps(function)
        parts = [pickled] * with_function + [bytes(argument) for argument in arguments]
        places, body = [], b""
        for part in parts:
            places.append(_child.PART.pack(0, len(parts) * _child.PART.size + len(body), len(part)))
            body += part
        body = b"".join(places) + body
        flags = _child.HAS_FUNCTION if with_function else 0
        token = (token or str(hash(pickled))).encode()[:16].ljust(16)
        in_file = len(body) > _child.MAX_INLINE_BYTES
        header = _child.CALL.pack(_child.MAGIC, flags | (_child.BODY_IN_FILE if in_file else 0), len(arguments), 0, self.number, len(body), token)
        if in_file:
            fd = _child._write_file([body])
            socket.send_fds(self.channel, [header], [fd])
            os.close(fd)
        else:
            self.channel.send(header + body)

    def receive(self):
        """(kind, body, bytes of the text); None if the child has closed its end."""
        message, ancillary, _, _ = self.channel.recvmsg(1 << 17, 1000)
        if not message:
            return None
        magic, kind, flags, _, number, size, text_bytes = _child.ANSWER.unpack_from(message)
        assert (magic, number) == (_child.MAGIC, self.number)
        body = message[_child.ANSWER.size :]
        for _, _, data in ancillary:
            (fd,) = array.array("i", data)
            with mmap.mmap(fd, size, access=mmap.ACCESS_READ) as mapped:
                body = bytes(mapped)
            os.close(fd)
        assert len(body) == size
        return kind, body, text_bytes

    def call(self, function, *arguments, **options):
        self.send(function, *arguments, **options)
        return self.receive()

    def result(self, function, *arguments, **options):
        kind, body, _ = self.call(function, *arguments, **options)
        assert kind == _child.RESULT, body
        return body

    def raised(self, function, *arguments):
        """(text, exception, traceback)"""
        kind, body, text_bytes = self.call(function, *arguments)
        assert kind == _child.RAISED
        return body[:text_bytes].decode(), *pickle.loads(body[text_bytes:])

    def end(self):
        """Everything that it printed, and its status."""
        self.channel.close()
        if self.printed is None:
            self.printed = self.process.communicate()[0]
        return self.printed, self.process.returncode


@pytest.fixture
def child():
    child = Child()
    yield child
    child.end()


def test_it_imports_little(child):
    modules = child.result(Source("lambda arguments: [' '.join(__import__('sys').modules).encode()]"))
    assert not {b"numpy", b"pandas", b"pyarrow", b"cask._core", b"cloudpickle", b"socket", b"traceback"} & set(modules.split())


def test_it_ends_orderly_with_its_connection(child):
    def at_exit(arguments):
        import atexit

        atexit.register(print, "the end")
        return []

    assert child.result(at_exit) == b""
    assert child.end() == ("the end\n", 0)


def test_what_is_printed_comes_at_once(child):
    child.result(lambda arguments: print("a line") or [])
    assert child.process.stdout.readline() == "a line\n"


@pytest.mark.parametrize("size", [0, 1, 1000, _child.MAX_INLINE_BYTES, _child.MAX_INLINE_BYTES + 1, 3_000_000])
def test_any_buffers_are_a_result(child, size):
    def function(arguments):
        import numpy as np

        values = np.frombuffer(arguments[0], np.uint8)
        values += 1
        return [values, memoryview(values[:8].copy().view("f8") if len(values) >= 8 else b""), b"end"]

    given = np.random.default_rng(size).integers(0, 255, size, dtype=np.uint8)
    values = given + 1
    expected = values.tobytes() + (values[:8].tobytes() if size >= 8 else b"") + b"end"
    assert child.result(function, given) == expected


def test_arguments_live_as_long_as_they_are_referred_to(child):
    def keep(arguments):
        import builtins

        builtins.kept = [arguments[0][:4], arguments[0][-4:]]
        return []

    def give(arguments):
        import builtins

        return builtins.kept

    for size in (100, 10_000_000):
        child.result(keep, bytes(size // 2) + b"a" * (size // 2))
        child.result(keep.__class__(keep.__code__, {}, "other"), b"b" * size)
        assert child.result(give) == b"bbbbbbbb"


def test_functions_are_known_by_their_tokens(child):
    assert child.call(None, token="1", with_function=False) == (_child.UNKNOWN_FUNCTION, b"", 0)
    assert child.result(lambda arguments: [b"one"], token="1") == b"one"
    assert child.result(None, token="1", with_function=False) == b"one"
    for i in range(MAX_HANDLERS - 1):
        child.result(lambda arguments: [b"other"], token=f"other {i}")
    assert child.result(None, token="1", with_function=False) == b"one"
    for i in range(MAX_HANDLERS):
        child.result(lambda arguments: [b"other"], token=f"another {i}")
    assert child.call(None, token="1", with_function=False)[0] == _child.UNKNOWN_FUNCTION


def test_exceptions_of_classes_that_were_pickled_by_value(child):
    class Mine(ValueError):
        pass

    Mine.__module__ = "__main__"

    def function(arguments):
        error = Mine("no")
        error.add_note("a note")
        raise error from KeyError("why")

    text, exception, trace = child.raised(function)
    assert text == "Mine: no"
    assert (type(exception).__name__, exception.args, exception.__notes__) == ("Mine", ("no",), ["a note"])
    assert "KeyError: 'why'" in trace and "in function" in trace and _child.__file__ not in trace


@pytest.mark.parametrize("text", ["", "ä" * 100_000, "\udc80"])
def test_texts_of_exceptions_are_short_utf8(child, text):
    def function(arguments):
        raise ValueError(text)

    shown, exception, _ = child.raised(function)
    assert exception.args == (text,)
    whole = f"ValueError: {text}" if text else "ValueError"
    assert whole.encode(errors="backslashreplace").decode().startswith(shown)
    assert len(shown.encode()) in range(min(len(whole), 16_000), 16 * 1024 + 1)


def test_exceptions_that_are_long_keep_their_beginning(child):
    def function(arguments):
        raise ValueError("a" * 3_000_000)

    _, exception, _ = child.raised(function)
    assert isinstance(exception, RuntimeError) and str(exception).startswith("ValueError: aaa")


def interrupt(child):
    """Once the function has said that it runs."""
    assert child.process.stdout.readline() == "running\n"
    child.process.send_signal(signal.SIGINT)


def test_an_interrupt_ends_the_call_only(child):
    def function(arguments):
        import time

        print("running")
        time.sleep(100_000)

    for _ in range(3):
        child.send(function)
        interrupt(child)
        assert child.receive() == (_child.INTERRUPTED, b"", 0)
    assert child.result(lambda arguments: [b"next"]) == b"next"


def test_an_interrupt_that_was_not_sent_is_an_exception(child):
    def function(arguments):
        raise KeyboardInterrupt("by itself")

    assert child.raised(function)[0] == "KeyboardInterrupt: by itself"


def test_an_interrupted_import_ends_the_process(child, tmp_path):
    (tmp_path / "endless.py").write_text("import time\nprint('running')\ntime.sleep(100_000)\n")
    folder = str(tmp_path)

    def function(arguments):
        import sys

        sys.path.append(folder)
        import endless  # noqa: F401

    child.send(function)
    interrupt(child)
    assert child.receive() is None
    assert child.end()[1] == 0


def test_exit_has_its_status(child):
    def function(arguments):
        sys.exit("it is over")

    child.send(function)
    assert child.receive() is None
    assert child.end() == ("it is over\n", 1)


def test_multiprocessing_is_of_use(child):
    def function(arguments):
        import multiprocessing

        with multiprocessing.get_context("fork").Pool(2) as pool:
            return [struct.pack("q", sum(pool.map(abs, range(-10, 10))))]

    assert child.result(function) == struct.pack("q", 100)
    assert child.result(lambda arguments: [b"next"]) == b"next"
