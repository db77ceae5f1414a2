"""What to_csv writes, byte for byte as pandas."""

import os
import subprocess

import numpy as np
import pandas as pd
import pytest
from csv_reader import driver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st



def rewrite(folder, frame, parse_dates=(), **options):
    """`frame` written by pandas, read and written again by Cask."""
    source, out = os.path.join(folder, "in.csv"), os.path.join(folder, "out.csv")
    frame.to_csv(source, index=False)
    arguments = [driver(), out, "--to_csv", "true"]
    for name in parse_dates:
        arguments += ["--parse_date", name]
    for name, value in options.items():
        arguments += ["--write_" + name, str(value).lower() if isinstance(value, bool) else str(value)]
    run = subprocess.run([*arguments, source], capture_output=True, text=True)
    if run.returncode != 0:
        return run.stderr
    with open(out, newline="", encoding="utf-8") as written:
        return written.read()


def expect(folder, frame, parse_dates=(), **options):
    source = os.path.join(folder, "expected.csv")
    frame.to_csv(source, index=False)
    back = pd.read_csv(source, parse_dates=list(parse_dates), low_memory=False)
    assert rewrite(folder, frame, parse_dates, **options) == back.to_csv(index=False, **options)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(
    st.lists(
        st.tuples(
            st.floats(allow_infinity=True),
            st.text(st.sampled_from("ab ,;\"'\n\u00e9\\"), max_size=5),
            st.integers(-(2**40), 2**40),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "na_rep": st.sampled_from(["", "NULL"]),
            "quoting": st.sampled_from([0, 1, 2]),
            "float_format": st.sampled_from(["%.3f", "%g", "%10.2e"]),
            "sep": st.just(";"),
            "decimal": st.just(","),
        },
    ),
)
def test_values(tmp_path_factory, rows, options):
    frame = pd.DataFrame(rows, columns=["f", "s", "i", "b"])
    expect(tmp_path_factory.mktemp("write"), frame, **options)


@pytest.mark.parametrize("float_format", ["%10.2e", "%+g", "%-8.1f", "%.3f"])
def test_infinities_are_formatted_too(tmp_path, float_format):
    expect(tmp_path, pd.DataFrame({"f": [1.5, float("inf"), float("-inf"), None]}), float_format=float_format)


@pytest.mark.parametrize(
    "texts",
    [
        ["2015-01-01", "2016-02-29"],
        ["2015-01-01 10:00:00", "2015-01-02 00:00:00"],
        ["2015-01-01 10:00:00.500000", "2015-01-02 00:00:00.000000"],
        ["2015-01-01 10:00:00.000001", ""],
        ["2015-01-01 10:00:00.123456789", "1969-12-31 23:59:59.000000001"],
        ["2015-01-01 10:00:00+02:00", "2015-06-01 00:00:00+02:00"],
        ["2015-01-01 10:00:00.5Z", "2015-06-01 00:00:00.5Z"],
        ["1600-01-01 00:00:00", "9999-12-31 23:59:59"],
    ],
)
@pytest.mark.parametrize("options", [{}, {"date_format": "%d/%m/%Y %H.%M.%S.%f %j %a"}, {"quoting": 2, "na_rep": "-"}])
def test_dates(tmp_path, texts, options):
    expect(tmp_path, pd.DataFrame({"d": texts, "n": np.arange(len(texts))}), ["d"], **options)


def test_layout_of_dates_is_that_of_a_chunk(tmp_path):
    texts = ["2015-01-01 00:00:00"] * 50_000 + ["2015-01-01 10:00:00"]
    expect(tmp_path, pd.DataFrame({"d": texts, "n": np.arange(len(texts))}), ["d"])
