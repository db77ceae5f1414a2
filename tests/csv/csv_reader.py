"""Reads CSV bytes with Cask's reader (through csv_dump) and with pandas, and compares every column.

The reader's driver is what the environment variable CASK_CSV_DUMP names, or that of build/release: other build folders may hold one
of older sources.
"""

import io
import os
import subprocess
import tempfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def driver():
    found = os.environ.get("CASK_CSV_DUMP")
    if found:
        return found
    built = os.path.join(ROOT, "build", "release", "cpp", "cask", "io", "csv_dump")
    if not os.path.exists(built):
        raise FileNotFoundError("csv_dump, the program that these tests drive, is not built: run `make test-cc` first")
    return built


class CsvError(Exception):
    """What the reader refused, as "<exception>: <message>"."""


def arguments_of(options):
    """Command line for pandas' keyword arguments."""
    arguments = []

    def add(name, value):
        if isinstance(value, bool):
            value = "true" if value else "false"
        arguments.extend(["--" + name, str(value)])

    for name, value in options.items():
        if name in ("parse_dates", "usecols", "names", "na_values", "true_values", "false_values"):
            single = {"parse_dates": "parse_date", "usecols": "usecol", "names": "name"}.get(name, name[:-1])
            if isinstance(value, dict):
                for column, texts in value.items():
                    for text in texts:
                        add(single, f"{column}={text}")
            else:
                for item in value:
                    add(single, f"#{item}" if isinstance(item, int) and single in ("parse_date", "usecol") else item)
        elif name == "dtype":
            if isinstance(value, dict):
                for column, dtype in value.items():
                    add("dtype", f"{column}={dtype}")
            else:
                add("dtype", value)
        elif name == "skiprows" and not isinstance(value, int):
            for row in value:
                add("skiprow", row)
        elif name == "header":
            add("header", "none" if value is None else value)
        else:
            add(name, value)
    return arguments


def to_pandas(column, kind, field):
    """A column of the reader as the pandas Series that it stands for."""
    if kind == "bool":
        return pd.Series(column.to_numpy().astype(bool))
    if kind == "object" and pa.types.is_null(field.type):
        return pd.Series([], dtype=object)
    if kind == "object" and pa.types.is_uint8(field.type):
        return pd.Series([np.nan if v is None else bool(v) for v in column.to_pylist()], dtype=object)
    if kind == "object":
        return pd.Series([np.nan if v is None else int(v) for v in column.to_pylist()], dtype=object)
    if kind == "str":
        return pd.Series(column.to_pylist(), dtype="str")
    if kind.startswith("datetime64"):
        values = column.cast(pa.int64()).to_numpy()
        if "," in kind:
            unit = field.type.unit
            zone = kind[kind.index(",") + 1 : -1].strip()
            return pd.Series(values.view(f"M8[{unit}]")).dt.tz_localize("UTC").dt.tz_convert(zone)
        return pd.Series(values.view("M8[" + field.type.unit + "]"))
    if kind == "category":
        return pd.Series(pd.Categorical(column.to_pandas().astype("str")))
    if kind[0].isupper() or kind in ("boolean", "string"):
        values = column.to_pylist()
        if kind == "boolean":
            values = [None if v is None else bool(v) for v in values]
        return pd.Series(values, dtype=kind)
    return pd.Series(column.to_numpy())


def read_files(paths, **options):
    """(frame, number of passes over the data) as Cask reads `paths`."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.arrow")
        run = subprocess.run([driver(), out, *arguments_of(options), *paths], capture_output=True, text=True, errors="replace")
        if run.returncode == 1:
            raise CsvError(run.stderr.strip())
        assert run.returncode == 0, f"the reader ended with {run.returncode}: {run.stderr}"
        with pa.OSFile(out) as source:
            table = pa.ipc.open_file(source).read_all()
    columns = []
    for field, column in zip(table.schema, table.columns):
        kind = field.metadata[b"pandas_type"].decode()
        columns.append(to_pandas(column, kind, field))
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(table.num_rows))
    frame.columns = [field.name for field in table.schema]
    return frame, int(table.schema.metadata[b"passes"])


def read_bytes(data, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data.csv")
        with open(path, "wb") as out:
            out.write(data)
        return read_files([path], **options)[0]


def pandas_read(data, **options):
    options = dict(options)
    options.pop("blocksize", None)
    return pd.read_csv(io.BytesIO(data), low_memory=False, **options)


def assert_same(actual, expected):
    assert [str(name) for name in actual.columns] == [str(name) for name in expected.columns]
    for position in range(expected.shape[1]):
        one, other = actual.iloc[:, position], expected.iloc[:, position]
        assert str(one.dtype) == str(other.dtype), f"column {position}: {one.dtype} is not {other.dtype}"
        pd.testing.assert_series_equal(one, other.reset_index(drop=True), check_names=False, check_exact=True)


def assert_as_pandas(data, **options):
    """The reader gives what pandas gives for `data`, however the file is cut; or refuses what pandas refuses."""
    try:
        expected = pandas_read(data, **options)
    except Exception as error:  # noqa: BLE001
        expected = error
    for blocksize in (None, 20):
        cut = dict(options) if blocksize is None else dict(options, blocksize=blocksize)
        try:
            actual = read_bytes(data, **cut)
        except CsvError as error:
            assert isinstance(expected, Exception), f"blocksize {blocksize}: pandas reads this, Cask says: {error}"
            continue
        assert not isinstance(expected, Exception), f"pandas refuses this: {expected!r}"
        leading = len(actual.columns) - len(expected.columns)
        if leading > 0:  # the first columns are the index
            names = list(expected.columns)
            expected = expected.reset_index()
            expected.columns = [""] * leading + names
        assert_same(actual, expected)
