"""A script that ends while work is under way ends promptly, without a crash, with nothing left behind."""

import pytest

ENDING = {
    "a global frame is being persisted": """
        held = Client().persist(endless)
        under_way("persist")
        """,
    "a frame made from pandas is being persisted": """
        import pandas as pd
        many = dd.from_pandas(pd.DataFrame({"a": range(100_000)}), npartitions=100_000)
        held = Client().persist(many)
        held2 = Client().persist(endless)
        """,
    "a daemon thread computes": """
        def work():
            endless.groupby("a").b.mean().compute()
        under_way()
        threading.Thread(target=work, daemon=True).start()
        """,
    "a daemon thread computes an array": """
        def work():
            dask.array.ones((10_000_000, 10_000), chunks=(1000, 1000)).sum().compute()
        under_way()
        threading.Thread(target=work, daemon=True).start()
        """,
    "daemon threads wait, and compute ever anew": """
        # A thread that is just importing pandas when the interpreter ends is ended by Python before version 3.14 with an abort.
        short.b.sum().compute()
        held = Client().persist(endless)
        def work():
            while True:
                short.b.sum().compute()
        for function in [lambda: wait(held), work, work]:
            threading.Thread(target=function, daemon=True).start()
        under_way("persist")
        """,
    "a future is computed that nobody waits for": """
        client = Client()
        future = client.compute(endless.b.sum())
        under_way()
        """,
}
TIMES = 10


@pytest.mark.parametrize("what", ENDING)
def test_the_interpreter_ends_cleanly_while(start, what):
    source = ENDING[what]
    if "under_way" in source:
        # The main thread ends once the work is under way, not before.
        source = source.replace("under_way(", "watch = under_way(") + "\n        watch.join()\n        "
    for _ in range(TIMES):
        script = start(source, launcher="python")
        assert script.end() == (0, "under way\n" if "under_way" in source else "", "")
        assert script.left_behind() == []


def test_the_interpreter_ends_cleanly_fifty_times(start):
    for _ in range(50):
        script = start("held = Client().persist(endless)\nwatch = under_way('persist')\nwatch.join()", launcher="python")
        assert script.end() == (0, "under way\n", "")
        assert script.left_behind() == []


def test_what_is_computed_at_exit_before_the_engine_stops_is_right(start):
    # Handlers run in the opposite order of registration: this one before the one that stops the engine.
    script = start("""
        import atexit
        atexit.register(lambda: print(len(short.compute())))
        """)
    assert script.end() == (0, "60000\n", "")
