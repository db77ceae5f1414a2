"""The progress bar: what it looks like, and that it is drawn in a terminal only."""

import io
import os
import pty
import subprocess
import sys
import threading

from cask import _progress
from cask.diagnostics import ProgressBar


def test_what_a_bar_looks_like():
    assert _progress.format_bar(4, 10, 3.21, width=10) == "[####      ] | 40% Completed | 3.2 s"
    assert _progress.format_bar(0, 0, 0, width=4) == "[    ] | 0% Completed | 0.0 s"
    assert _progress.format_seconds(125) == "2 min 5 s"
    assert _progress.format_seconds(3725) == "1 h 2 min"


def drawn_by(steps):
    """What a bar draws whose computation is seen at each of the steps."""
    out = io.StringIO()
    seen_all = threading.Event()
    left = list(steps)

    def progress():
        if len(left) == 1:
            seen_all.set()
            return left[0]
        return left.pop(0)

    bar = _progress.Bar(progress, interval=0.001, width=4, out=out)
    bar.start()
    seen_all.wait()
    bar.stop()
    return out.getvalue()


def test_a_bar_ends_full_and_with_a_newline():
    text = drawn_by([(1, 4), (2, 4), (3, 4)])
    assert text.startswith("\r[#   ] | 25%")
    assert text.endswith("\n") and "[####] | 100% Completed" in text.splitlines()[-1]


def test_nothing_is_drawn_when_nothing_is_computed():
    assert drawn_by([(0, 0), (0, 0)]) == ""


def test_the_context_draws_nothing_where_there_is_no_terminal():
    program = "from cask.diagnostics import ProgressBar\nfrom cask.distributed import progress\nwith ProgressBar(): pass\nprogress()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_progress_draws_in_a_terminal():
    # The call lasts until a bar has been seen: it waits for a line from the test.
    program = "import sys\nfrom cask.distributed import Client, progress\nprogress(Client().submit(sys.stdin.readline))"
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    assert b"| 0% Completed |" in read_until(ours, b"Completed")
    process.stdin.write(b"go on\n")
    process.stdin.close()
    assert b"| 100% Completed |" in read_until(ours, None)
    assert process.wait() == 0
    os.close(ours)


def read_until(terminal, wanted):
    text = b""
    while wanted is None or wanted not in text:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        text += part
    return text


def test_a_chosen_file_is_drawn_on():
    out = io.StringIO()
    with ProgressBar(out=out, dt=0.001):
        pass
    assert out.getvalue() == ""
