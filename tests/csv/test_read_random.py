"""Random texts and options, against pandas. Hypothesis prints the seed and the smallest text that fails."""

import os

import pytest
from csv_reader import assert_as_pandas
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


relaxed = settings(max_examples=int(os.environ.get("CASK_CSV_EXAMPLES", "40")), deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)

numbers = st.one_of(
    st.integers(-100, 100).map(str),
    st.integers(-(2**63) - 2, 2**64 + 2).map(str),
    st.floats(allow_nan=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.sampled_from(["007", "-0", "+5", "1.", ".5", "1e3", "1E-2", " 1", "1 ", "inf", "99999999999999999999", "1_0", "-", ".", "e5"]),
)
words = st.one_of(
    st.text(st.sampled_from("abz \t\"',;#\u00e9\U0001f600\n\r"), max_size=6),
    st.sampled_from(["", "NA", "nan", "null", "None", "True", "false", "TRUE", "N", "Y"]),
)
missing = st.sampled_from(["", "NA", "nan"])
kinds = st.sampled_from(["number", "small", "bool", "word", "mixed", "missing"])


def value_of(kind):
    return {
        "number": st.one_of(numbers, numbers, missing),
        "small": st.one_of(st.integers(0, 9).map(str), st.integers(0, 9).map(str), missing),
        "bool": st.one_of(st.sampled_from(["True", "False", "true"]), missing),
        "word": words,
        "mixed": st.one_of(numbers, words, missing),
        "missing": missing,
    }[kind]


def quoted(text, always, sep):
    if always or any(c in text for c in ('"', "\n", "\r", sep, "#")):
        return '"' + text.replace('"', '""') + '"'
    return text


@st.composite
def tables(draw, sep=","):
    """Well-formed CSV text: every value quoted where it must be, and sometimes where it need not be."""
    columns = draw(st.lists(kinds, min_size=1, max_size=4))
    num_rows = draw(st.integers(0, 12))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    lines = [sep.join(f"c{i}" for i in range(len(columns)))]
    for _ in range(num_rows):
        fields = [quoted(draw(value_of(kind)), draw(st.integers(0, 5)) == 0, sep) for kind in columns]
        lines.append(sep.join(fields) if len(fields) > 1 or fields[0].strip() else '""')
    text = end.join(lines)
    return (text + (end if draw(st.booleans()) else "")).encode()


@relaxed
@given(tables())
def test_tables(data):
    assert_as_pandas(data)


def no_separator_after_lone_carriage(data):
    # There pandas drops the separator, or goes back over the line before.
    return b"\r," not in data and b"\r;" not in data and b"\r " not in data and b"\r\t" not in data


@relaxed
@given(st.text(st.sampled_from('a1.,,,\n\n"\r -'), max_size=40).map(lambda text: ("a,b\n" + text).encode()).filter(no_separator_after_lone_carriage))
def test_any_bytes(data):
    assert_as_pandas(data)


@relaxed
@given(
    tables(";"),
    st.fixed_dictionaries(
        {"sep": st.just(";")},
        optional={
            "na_values": st.sampled_from([["1"], ["a"], ["5", "-1"]]),
            "keep_default_na": st.booleans(),
            "na_filter": st.booleans(),
            "decimal": st.just(","),
            "thousands": st.just("."),
            "quoting": st.sampled_from([0, 1, 2, 3]),
            "true_values": st.just(["a"]),
            "false_values": st.just(["b"]),
            "skipinitialspace": st.booleans(),
            "comment": st.just("#"),
            "on_bad_lines": st.just("skip"),
            "skip_blank_lines": st.booleans(),
            "skiprows": st.sampled_from([1, [1, 2]]),
            "header": st.sampled_from([0, None]),
        },
    ).filter(lambda o: not ("thousands" in o and "decimal" not in o)),
)
def test_options(data, options):
    assert_as_pandas(data, **options)
