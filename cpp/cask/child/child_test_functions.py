"""Handlers that the test of children calls: each gets the arguments as memoryviews and gives a list of bytes-like objects."""

import ctypes
import os
import signal
import subprocess
import sys
import time


def echo(arguments):
    return arguments


def pid(arguments):
    return [str(os.getpid()).encode()]


def length(arguments):
    return [str(sum(len(argument) for argument in arguments)).encode()]


def zeros(arguments):
    """As many as are asked for, in two pieces."""
    size = int(bytes(arguments[0]))
    return [bytearray(size // 2), bytes(size - size // 2)]


def set_first_byte(arguments):
    """Changes its argument, and tells what it was."""
    before = arguments[0][0]
    arguments[0][0] = 255
    return [bytes([before, arguments[0][0]])]


def mapped_inodes(arguments):
    """The numbers of the memory files that are mapped now, but for those made otherwise."""
    with open("/proc/self/maps") as maps:
        return [" ".join(sorted({line.split()[4] for line in maps if "memfd:cask" in line})).encode()]


def open_files(arguments):
    return [" ".join(sorted(fd for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}"))).encode()]


def surroundings(arguments):
    with open("/proc/self/oom_score_adj") as score, open("/proc/self/status") as status:
        masks = {line.split()[0]: line.split()[1] for line in status if line.startswith("Sig")}
        return [
            f"{os.getsid(0) == os.getpid()} {score.read().strip()} {os.environ['OMP_NUM_THREADS']} {os.environ.get('CASK_TEST_VALUE')} "
            f"{os.readlink('/proc/self/fd/0')} {int(masks['SigBlk:'], 16)}".encode()
        ]


def raise_value_error(arguments):
    raise ValueError("no")


class _Unpicklable(Exception):
    """Can be pickled, but not unpickled."""

    def __init__(self, first, second):
        super().__init__(f"{first} {second}")


def raise_unpicklable(arguments):
    raise _Unpicklable("not", "again")


def raise_without_text(arguments):
    class Local(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    raise Local()


def give_no_list(arguments):
    return 3


def read_error(arguments):
    """What a client would see of a payload."""
    import pickle

    exception, trace = pickle.loads(arguments[0])
    return [f"{type(exception).__name__}: {exception}\n{trace}".encode()]


def crash(arguments):
    print("about to crash", flush=True)
    ctypes.string_at(0)


def exit_at_once(arguments):
    os.write(2, b"that is all\nand this")
    os._exit(3)


def exit_orderly(arguments):
    sys.exit()


def exit_with_threads(arguments):
    import threading

    threading.Thread(target=time.sleep, args=(10_000,)).start()
    sys.exit(5)


def kill_itself(arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def leak(arguments):
    leaked = []
    while True:
        leaked.append(bytearray(10_000_000))


def print_much(arguments):
    for i in range(100_000):
        print("line", i)
    sys.stdout.buffer.write(b"\xff\xfe no text")
    sys.stdout.flush()
    os._exit(4)


def _say_that_it_runs(arguments):
    with open(bytes(arguments[0]), "w") as file:
        file.write(str(os.getpid()))


def sleep_for_ever(arguments):
    _say_that_it_runs(arguments)
    time.sleep(100_000)


def compute_for_ever(arguments):
    _say_that_it_runs(arguments)
    while True:
        pass


def heed_nothing(arguments):
    _say_that_it_runs(arguments)
    while True:
        try:
            time.sleep(100_000)
        except KeyboardInterrupt:
            pass


def end_late(arguments):
    """Gives a result in spite of being interrupted."""
    _say_that_it_runs(arguments)
    try:
        time.sleep(100_000)
    except KeyboardInterrupt:
        return [b"late"]


def interrupt_itself_later(arguments):
    """An interrupt that comes when the call is over."""
    go, gone = (bytes(argument).decode() for argument in arguments)
    subprocess.Popen(["sh", "-c", f"while ! test -e '{go}'; do :; done; kill -INT {os.getpid()}; echo > '{gone}'"])
    return []


def fork_and_return(arguments):
    return [b"one answer"] if os.fork() else [b"another answer"]


def fork_and_raise(arguments):
    if os.fork() == 0:
        raise ValueError("in the fork")
    return [b"one answer"]


def fork_and_end(arguments):
    """Leaves a process that lives on."""
    if os.fork() == 0:
        _say_that_it_runs(arguments)
        time.sleep(100_000)
    while not os.path.exists(bytes(arguments[0])):
        pass
    os._exit(3)
