"""Random files and random options together: what dd.read_csv gives of several files, however they are cut, is what pandas gives of one
file with all of their rows. Hypothesis prints the seed and the smallest example that fails."""

import bz2
import csv
import datetime
import gzip
import io
import lzma
import os
import tempfile
import warnings

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cask.dataframe as dd

relaxed = settings(max_examples=int(os.environ.get("CASK_CSV_EXAMPLES", "150")), deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)

MISSING = st.sampled_from(["", "NA", "nan", "null", "N/A"])
VALUES = {
    "integer": st.integers(-(10**12), 10**9).map(str),
    "small": st.integers(0, 5).map(str),
    "large": st.sampled_from([2**63, 2**64, 2**62, -(2**63) - 1, 10**25, 7]).map(str),
    "decimal": st.decimals(-1000, 1000, allow_nan=False, places=3).map(str),
    "truth": st.sampled_from(["True", "False", "TRUE", "false", "yes", "no"]),
    "word": st.text(st.sampled_from("abc\u00e9 x#"), min_size=1, max_size=6),
    "date": st.dates(datetime.date(2015, 1, 1), datetime.date(2015, 12, 31)).map(str),
    "time": st.datetimes(datetime.datetime(2015, 1, 1), datetime.datetime(2015, 12, 31)).map(lambda time: str(time.replace(microsecond=0))),
    "quoted": st.sampled_from(["a,b", "a\nb", 'say "x"', "1,5", "x;y", "\r\n", "tab\there"]),
    "color": st.sampled_from(["red", "green", "blue"]),
    "nothing": st.just(""),
}
COMPRESSORS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@st.composite
def files(draw):
    """(names, kinds, files as lists of rows): a column may change what it is in the last row of the last file."""
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4))
    names = [f"c{i}" for i in range(len(kinds))]
    if len(names) > 1 and draw(st.integers(0, 9)) == 0:
        names[-1] = draw(st.sampled_from([names[0], "", "a b", "1"]))
    row = st.tuples(*(st.one_of(VALUES[kind], VALUES[kind], VALUES[kind], MISSING) for kind in kinds)).map(list)
    tables = draw(st.lists(st.lists(row, max_size=8), min_size=1, max_size=3))
    if tables[-1] and draw(st.integers(0, 3)) == 0:
        tables[-1][-1] = draw(st.tuples(*(VALUES[draw(st.sampled_from(sorted(VALUES)))] for _ in kinds)).map(list))
    for table in tables:
        for position in range(1, len(table)):
            if draw(st.integers(0, 60)) == 0:
                table[position] = table[position] + ["more"] if draw(st.booleans()) else table[position][:-1] or [""]
    return names, kinds, tables


def labels_given(names, options):
    """What columns are called with these options, as far as it matters to the options drawn after."""
    if options.get("names"):
        return options["names"]
    return list(range(len(names))) if options.get("header", 0) is None else [name for name in names if name]


@st.composite
def header_options(draw, names):
    how = draw(st.sampled_from(["infer"] * 6 + ["none", "names", "replaced"]))
    given_names = [f"n{i}" for i in range(len(names))]
    return {"infer": {}, "none": {"header": None}, "names": {"names": given_names}, "replaced": {"header": 0, "names": given_names}}[how]


def value_options(label, position):
    """Options that say how values are read, one strategy each."""
    return {
        "dtype": st.sampled_from(["str", "string", {label: "str"}, {label: "float64"}, {label: "Int64"}, {label: "float32"}, {position: "string"}]),
        "parse_dates": st.sampled_from([[label], [position]]),
        "na_values": st.sampled_from(["-", ["red", "5"], [3, "x"], "5.0", 7, {label: ["0", "red"]}, {label: 3}]),
        "keep_default_na": st.just(False),
        "na_filter": st.just(False),
        "true_values": st.just(["yes", "red"]),
        "false_values": st.just(["no", "blue"]),
        "skipinitialspace": st.just(True),
        "on_bad_lines": st.sampled_from(["skip", "warn"]),
        "skip_blank_lines": st.just(False),
        "doublequote": st.just(False),
        "escapechar": st.just("\\"),
        "comment": st.just("#"),
        "thousands": st.sampled_from([",", "_"]),
        "decimal": st.just(","),
        "quoting": st.sampled_from([0, 1, 2, 3]),
        "usecols": st.sampled_from([[label], [position]]),
        "index_col": st.sampled_from([False, label, position]),
    }


@st.composite
def cases(draw):
    names, kinds, tables = draw(files())
    options = draw(header_options(names))
    labels = labels_given(names, options)
    position = draw(st.integers(0, len(labels) - 1))
    strategies = value_options(labels[position], names.index(labels[position]) if labels[position] in names else position)
    for name in draw(st.lists(st.sampled_from(sorted(strategies)), max_size=3, unique=True)):
        options[name] = draw(strategies[name])
    layout = {
        "sep": draw(st.sampled_from([",", ",", ",", ";", "\t", "|"])),
        "quotechar": draw(st.sampled_from(['"', '"', '"', "'"])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "latin-1", "utf-16", "UTF_16_LE", "cp1252"])),
        "skiprows": draw(st.sampled_from([0, 0, 0, 1, [0, 1]])),
    }
    options.update({name: value for name, value in layout.items() if value not in (",", '"', "utf-8", 0)})
    form = {
        "end": draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL] * 3 + [csv.QUOTE_ALL])),
        "ends_with_newline": draw(st.booleans()),
        "compression": draw(st.sampled_from(["", "", "", *COMPRESSORS])),
    }
    extra = {"blocksize": draw(st.sampled_from([None, 8, 15, 40, 200, "default"]))}
    if draw(st.integers(0, 9)) == 0:
        extra["assume_missing"] = True
    if draw(st.integers(0, 9)) == 0:
        extra["include_path_column"] = "where"
    return names, tables, options, layout, form, extra


def text_of(names, rows, options, layout, form):
    """The bytes of one file."""
    out = io.StringIO()
    skipped = layout["skiprows"]
    for _ in range(len(skipped) if isinstance(skipped, list) else skipped):
        out.write("not a row" + form["end"])
    writer = csv.writer(out, delimiter=layout["sep"], lineterminator=form["end"], quoting=form["quoting"], quotechar=layout["quotechar"])
    has_header = options.get("header", 0) is not None and ("names" not in options or "header" in options)
    if has_header:
        writer.writerow(names)
    writer.writerows(rows)
    text = out.getvalue()
    if not form["ends_with_newline"] and rows:
        text = text[: -len(form["end"])]
    return text.encode(layout["encoding"])


def with_plain_index(frame, whole, options):
    """The frame with the index as it would be read as a column; pandas looks at an index a second time, and makes numbers of truth values."""
    if options.get("index_col", False) is False:
        return frame
    columns = pd.read_csv(io.BytesIO(whole), low_memory=False, **{**options, "index_col": False})
    label = options["index_col"]
    values = columns[label] if label in columns else columns.iloc[:, label]
    return frame.set_axis(pd.Index(values, name=frame.index.name))


def read_both(case):
    """(what pandas gives of one file with all the rows, what Cask gives of the files); an exception where reading is refused."""
    names, tables, options, layout, form, extra = case
    whole = text_of(names, [row for table in tables for row in table], options, layout, form)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        paths = []
        for i, table in enumerate(tables):
            paths.append(os.path.join(folder, f"{i}.csv{form['compression']}"))
            with open(paths[-1], "wb") as out:
                out.write(COMPRESSORS[form["compression"]](text_of(names, table, options, layout, form)))
        try:
            expected = with_plain_index(pd.read_csv(io.BytesIO(whole), low_memory=False, **options), whole, options)
        except Exception as error:  # noqa: BLE001
            expected = error
        try:
            actual = dd.read_csv(paths, **options, **extra).compute()
        except Exception as error:  # noqa: BLE001
            actual = error
    return expected, actual


def is_out_of_scope(case):
    """Where Cask differs from pandas on purpose (docs/csv.md), or the files cannot be compared with one of all rows."""
    names, tables, options, layout, form, _ = case
    if options.get("thousands", "") == options.get("decimal", "."):
        return True  # refused
    blank = any(not any(row) for table in tables for row in table)
    leading_empty = any(row and not row[0] for table in tables for row in table)
    if form["end"] == "\r" and (blank or leading_empty):
        return True  # pandas drops a separator after a lone \r
    if any(value in ("True", "TRUE", "False", "false", *options.get("true_values", []), *options.get("false_values", []))
           for table in tables for row in table for value in row) and "float" in str(options.get("dtype")):  # fmt: skip
        return True  # pandas takes True for 1.0
    if "parse_dates" in options and any(value and value[:5] != "2015-" and any(c in "0123456789" for c in value) for table in tables for row in table for value in row[:4]):
        return True  # pandas takes almost any number for a date
    is_headed = options.get("header", 0) is not None and ("names" not in options or "header" in options)
    first = next((table for table in tables if table), None)
    if first is None and not is_headed:
        return True  # files without anything
    return not is_headed and any(not table for table in tables) and layout["encoding"] != "utf-8"


@relaxed
@given(cases().filter(lambda case: not is_out_of_scope(case)))
def test_files_and_options(case):
    expected, actual = read_both(case)
    if isinstance(expected, Exception):
        assert isinstance(actual, Exception), f"pandas refuses this: {expected!r}"
        return
    assert not isinstance(actual, Exception), f"pandas reads this, Cask says: {actual!r}"
    options, extra = case[2], case[5]
    if "include_path_column" in extra:
        assert actual["where"].nunique() <= len(case[1])
        actual = actual.drop(columns="where")
    if extra.get("assume_missing") and not isinstance(options.get("dtype"), str):
        given_types = options.get("dtype") or {}
        for position, label in enumerate(expected.columns):
            if expected.dtypes.iloc[position] == np.int64 and label not in given_types:
                expected.isetitem(position, expected.iloc[:, position].astype("float64"))
    if isinstance(expected.index, pd.RangeIndex):
        actual = actual.reset_index(drop=True)
    assert [str(label) for label in actual.columns] == [str(label) for label in expected.columns]
    actual.columns = expected.columns
    pd.testing.assert_frame_equal(actual, expected, check_exact=True, check_index_type=len(expected) > 0)
