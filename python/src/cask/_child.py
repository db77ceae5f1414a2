"""A process beside a worker that calls users' functions, one at a time, for whoever is at the other end of a socket.

    python -m cask._child FD

FD is a socket of kind SOCK_SEQPACKET; what goes through it is described in cpp/cask/child/child_channel.h. The process ends when the other end is
closed. Imports are few, so that it is ready quickly; what only long messages or errors need is imported then.
"""

import faulthandler
import gc
import os
import signal
import struct
import sys

# Not `socket`, which takes longer to import than everything else here.
from _socket import MSG_CMSG_CLOEXEC, SCM_RIGHTS, SOL_SOCKET, CMSG_SPACE, socket

from cask._call_errors import describe
from cask._handlers import Handlers

MAGIC = 0x314B5343  # "CSK1"
CALL = struct.Struct("<IIIIQQ16s")  # magic, flags, arguments, files, number, bytes of the body, token of the function
PART = struct.Struct("<QQQ")  # file (0: the body), offset, bytes
ANSWER = struct.Struct("<IIIIQQQ")  # magic, kind, flags, 0, number, bytes of the body, bytes of the text
BODY_IN_FILE, HAS_FUNCTION = 1, 2  # flags
READY, RESULT, RAISED, INTERRUPTED, UNKNOWN_FUNCTION = 1, 2, 3, 4, 5  # kinds of answers

MAX_INLINE_BYTES = 64 << 10
MAX_FILES = 251
MAX_WRITE_BYTES = 1 << 30


class _Interrupt:
    """Ctrl-C for the call that runs, at most once for each; between calls it is too late and means nothing."""

    is_awaited = False
    has_come = False

    @classmethod
    def on_signal(cls, number, frame):
        if cls.is_awaited:
            cls.is_awaited = False
            cls.has_come = True
            raise KeyboardInterrupt


class _Channel:
    """Messages from and to the worker."""

    def __init__(self, fd):
        os.set_inheritable(fd, False)
        self._socket = socket(fileno=fd)
        self._buffer = bytearray(MAX_INLINE_BYTES + CALL.size)
        self._buffers = [self._buffer]
        self._ancillary_bytes = CMSG_SPACE(MAX_FILES * 4)
        self._process = os.getpid()
        os.register_at_fork(after_in_child=self._on_fork)

    def _on_fork(self):
        """A process that a function forks has nothing to do with the worker, and does not keep the connection to it open."""
        self._socket.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def close(self):
        self._socket.close()

    def is_of_this_process(self):
        return os.getpid() == self._process

    def receive(self):
        """(number, token, pickled function or None, arguments); None once the worker has closed its end."""
        size, ancillary, _, _ = self._socket.recvmsg_into(self._buffers, self._ancillary_bytes, MSG_CMSG_CLOEXEC)
        if size == 0:
            return None
        magic, flags, num_arguments, _, number, body_bytes, token = CALL.unpack_from(self._buffer)
        if magic != MAGIC:
            raise RuntimeError("this is not the worker of the same version")
        if ancillary:
            body, files = self._map_body(flags, body_bytes, size, ancillary)
        else:
            # A copy, which the arguments keep alive and may be written to.
            body, files = memoryview(self._buffer[CALL.size : size]), None
        has_function = flags & HAS_FUNCTION
        parts = []
        for at in range(0, (num_arguments + (1 if has_function else 0)) * PART.size, PART.size):
            file, offset, part_bytes = PART.unpack_from(body, at)
            parts.append(body[offset : offset + part_bytes] if file == 0 else _map(files[file - 1], offset, part_bytes))
        if files:
            for fd in files:
                os.close(fd)
        return number, token, parts.pop(0) if has_function else None, parts

    def _map_body(self, flags, body_bytes, size, ancillary):
        fds = [fd for _, _, data in ancillary for (fd,) in struct.iter_unpack("i", data)]
        if not flags & BODY_IN_FILE:
            return memoryview(self._buffer[CALL.size : size]), fds
        body = _map(fds[0], 0, body_bytes)
        os.close(fds[0])
        return body, fds[1:]

    def send(self, kind, number, parts=(), text_bytes=0):
        """An answer whose body are the parts, one after another."""
        size = 0
        for part in parts:
            size += memoryview(part).nbytes
        if size <= MAX_INLINE_BYTES:
            self._socket.send(b"".join([ANSWER.pack(MAGIC, kind, 0, 0, number, size, text_bytes), *parts]))
        else:
            self._send_file(kind, number, parts, size, text_bytes)

    def _send_file(self, kind, number, parts, size, text_bytes):
        fd = _write_file(parts)
        try:
            header = ANSWER.pack(MAGIC, kind, BODY_IN_FILE, 0, number, size, text_bytes)
            self._socket.sendmsg([header], [(SOL_SOCKET, SCM_RIGHTS, struct.pack("i", fd))])
        finally:
            os.close(fd)


def _map(fd, offset, size):
    """Part of a memory file, private: what is written to it is seen by nobody else. It is mapped as long as the memory is referred to."""
    import mmap

    skipped = offset % mmap.ALLOCATIONGRANULARITY
    mapped = mmap.mmap(fd, skipped + size, offset=offset - skipped, access=mmap.ACCESS_COPY)
    return memoryview(mapped)[skipped:]


def _write_file(parts):
    """A sealed memory file of the parts."""
    import fcntl

    fd = os.memfd_create("cask", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        for part in parts:
            left = memoryview(part).cast("B")
            while left:
                left = left[os.write(fd, left[:MAX_WRITE_BYTES]) :]
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _answer(channel, functions, number, token, pickled, arguments):
    """Runs a call and answers it, whatever becomes of it. Returns whether another call may follow."""
    try:
        _Interrupt.has_come = False
        _Interrupt.is_awaited = True
        handler = functions.find(token, pickled)
        result = None if handler is None else handler(arguments)
        _Interrupt.is_awaited = False
        if not channel.is_of_this_process():
            _leave_fork(0)
        if handler is None:
            channel.send(UNKNOWN_FUNCTION, number)
        else:
            channel.send(RESULT, number, result)
        return True
    except SystemExit:
        raise
    except BaseException as exception:
        _Interrupt.is_awaited = False
        if not channel.is_of_this_process():
            _leave_fork(1)
        if isinstance(exception, KeyboardInterrupt) and _Interrupt.has_come:
            return _answer_interrupt(channel, number, exception)
        _answer_raised(channel, number, exception)
        return True


def _answer_interrupt(channel, number, exception):
    """A module whose import was broken off may be of no use in this process any more: then it ends."""
    trace = exception.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name == "<module>" or code.co_filename.startswith("<frozen importlib"):
            return False
        trace = trace.tb_next
    channel.send(INTERRUPTED, number)
    return True


def _answer_raised(channel, number, exception):
    try:
        parts = describe(exception)
    except MemoryError:
        # What fills the memory may be held by the frames in which it was raised.
        exception.__traceback__ = exception.__context__ = exception.__cause__ = None
        gc.collect()
        parts = describe(exception)
    channel.send(RAISED, number, parts, len(parts[0]))


def _leave_fork(status):
    """Ends a process that the function forked and that came back from it: it is not the one that is to answer."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _serve(channel):
    functions = Handlers()
    while True:
        message = channel.receive()
        if message is None or not _answer(channel, functions, *message):
            return
        message = None  # while nothing is to be done, nothing is held


def main():
    channel = _Channel(int(sys.argv[1]))
    sys.stdout.reconfigure(line_buffering=True)
    faulthandler.enable()
    signal.signal(signal.SIGINT, _Interrupt.on_signal)
    gc.collect()
    gc.freeze()  # what is there now is there for good
    channel.send(READY, 0)
    try:
        _serve(channel)
    finally:
        channel.close()  # the worker need not wait for threads that go on


if __name__ == "__main__":
    main()
