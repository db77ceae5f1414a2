"""A child that misbehaves, for the test of what the worker makes of it: fake_child.py HOW. The messages are those of child_channel.h."""

import fcntl
import os
import socket
import struct
import sys

MAGIC = 0x314B5343
RESULT, RAISED, UNKNOWN_FUNCTION = 2, 3, 5
ALL_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE

channel = socket.socket(fileno=3)


def header(kind=RESULT, flags=0, number=1, body=0, text=0, magic=MAGIC, reserved=0):
    return struct.pack("<IIIIQQQ", magic, kind, flags, reserved, number, body, text)


def memory_file(size, seals=ALL_SEALS, written=True):
    fd = os.memfd_create("fake", os.MFD_ALLOW_SEALING)
    if written:
        os.write(fd, bytes(size))
    else:
        os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


def answer(message, *fds):
    socket.send_fds(channel, [message], fds)


SIZE = 100_000
ANSWERS = {
    "text": lambda: answer(b"hello, worker"),
    "other magic": lambda: answer(header(magic=7)),
    "no such kind": lambda: answer(header(kind=6)),
    "kind 0": lambda: answer(header(kind=0)),
    "ready again": lambda: answer(header(kind=1)),
    "reserved": lambda: answer(header(reserved=1)),
    "other call": lambda: answer(header(number=2)),
    "too long": lambda: answer(header(body=70_000) + bytes(70_000)),
    "more than said": lambda: answer(header(body=3) + b"four"),
    "less than said": lambda: answer(header(body=5) + b"four"),
    "endless": lambda: answer(header(body=2**63) + b"four"),
    "endless in a file": lambda: answer(header(flags=1, body=2**63), memory_file(SIZE)),
    "text beyond the body": lambda: answer(header(kind=RAISED, body=4, text=5) + b"four"),
    "text that is none": lambda: answer(header(kind=RAISED, body=4, text=4) + b"\xff\xff\xff\xff"),
    "flag without a file": lambda: answer(header(flags=1, body=SIZE)),
    "file without a flag": lambda: answer(header(), memory_file(SIZE)),
    "two files": lambda: answer(header(flags=1, body=SIZE), memory_file(SIZE), memory_file(SIZE)),
    "many files": lambda: answer(header(flags=1, body=SIZE), *[memory_file(1) for _ in range(100)]),
    "empty in a file": lambda: answer(header(flags=1, body=0), memory_file(1)),
    "inline and in a file": lambda: answer(header(flags=1, body=SIZE) + b"four", memory_file(SIZE)),
    "unsealed": lambda: answer(header(flags=1, body=SIZE), memory_file(SIZE, 0)),
    "writable": lambda: answer(header(flags=1, body=SIZE), memory_file(SIZE, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)),
    "shrinkable": lambda: answer(header(flags=1, body=SIZE), memory_file(SIZE, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW)),
    "short": lambda: answer(header(flags=1, body=SIZE + 1), memory_file(SIZE)),
    "long": lambda: answer(header(flags=1, body=SIZE), memory_file(SIZE + 1)),
    "holes": lambda: answer(header(flags=1, body=SIZE), memory_file(SIZE, written=False)),
    "no memory file": lambda: answer(header(flags=1, body=SIZE), os.open("/dev/zero", os.O_RDONLY)),
    "long error": lambda: answer(header(kind=RAISED, flags=1, body=2**25), memory_file(2**25)),
}


def main():
    how = sys.argv[1]
    if how == "never ready":
        answer(b"garbage")
    elif how == "unknown function":
        answer(header(kind=1, number=0))
        while channel.recv(1 << 17):
            answer(header(kind=UNKNOWN_FUNCTION))
    else:
        answer(header(kind=1, number=0))
        channel.recv(1 << 17)
        ANSWERS[how]()
    channel.recv(1 << 17)


main()
