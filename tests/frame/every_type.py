"""A frame with a column of every dtype, with missing values wherever a dtype has them."""

import numpy as np
import pandas as pd


def every_type(rows=60, seed=11):
    rng = np.random.default_rng(seed)
    some = rng.random(rows) < 0.25
    times = pd.Timestamp("2020-02-28 23:30") + pd.to_timedelta(rng.integers(0, 9, rows) * 1800, unit="s").as_unit("us")
    frame = pd.DataFrame(
        {
            "i": rng.integers(-3, 4, rows),
            "i8": rng.integers(-3, 4, rows).astype("int8"),
            "u32": rng.integers(0, 5, rows).astype("uint32"),
            "x": np.where(some, np.nan, rng.integers(0, 4, rows) / 4),
            "f": rng.integers(0, 4, rows).astype("float32"),
            "b": rng.random(rows) < 0.5,
            "s": pd.Series(np.where(rng.random(rows) < 0.3, None, rng.choice(["pear", "fig", "apple"], rows)), dtype="str"),
            "t": pd.Series(times).mask(some),
            "d": pd.Series(pd.to_timedelta(rng.integers(0, 4, rows), unit="s").as_unit("us")).mask(rng.random(rows) < 0.2),
            "c": pd.Categorical(np.where(rng.random(rows) < 0.2, None, rng.choice(["lo", "mid", "hi"], rows)), ["hi", "lo", "mid", "none"]),
            "I": pd.array(np.where(some, pd.NA, rng.integers(0, 4, rows)), dtype="Int64"),
            "F": pd.array(np.where(some, pd.NA, rng.integers(0, 4, rows) / 2), dtype="Float64"),
            "B": pd.array(np.where(some, pd.NA, rng.random(rows) < 0.5), dtype="boolean"),
            "S": pd.array(np.where(some, None, rng.choice(["x", "yy"], rows)), dtype="string[pyarrow]"),
        }
    )
    return frame
