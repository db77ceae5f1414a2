"""read_csv's arguments, as pandas and Dask name them, to the engine's options."""

import codecs
import inspect

# Options of pandas that say how its parser works inside, which has no bearing on the values.
_IGNORED = {"engine", "low_memory", "memory_map", "float_precision", "sample_rows", "enforce"}
_UNSUPPORTED = {
    "iterator": "use head(), or the partitions of the frame",
    "chunksize": "use blocksize",
    "converters": "convert the columns after reading",
    "index_col_names": "use index_col",
    "skipfooter": "filter the rows after reading",
    "date_parser": "use date_format",
    "dtype_backend": "give dtypes such as 'Int64' and 'string'",
}


def read_csv_options(sep=",", delimiter=None, header="infer", names=None, index_col=None, usecols=None, dtype=None, true_values=None,
                     false_values=None, skipinitialspace=False, skiprows=None, nrows=None, na_values=None, keep_default_na=True, na_filter=True,
                     skip_blank_lines=True, parse_dates=False, date_format=None, dayfirst=False, compression="infer", thousands=None, decimal=".",
                     lineterminator=None, quotechar='"', quoting=0, doublequote=True, escapechar=None, comment=None, encoding=None,
                     on_bad_lines="error", delim_whitespace=False, blocksize="default", sample=256000, assume_missing=False,
                     include_path_column=False, encoding_errors="strict", cache_dates=True, **others):  # fmt: skip
    """A dict of the engine's options; a TypeError names an option that is not known, a ValueError a value that cannot be."""
    _refuse(others)
    if encoding_errors != "strict":
        raise NotImplementedError("read_csv() has no encoding_errors but 'strict'; give the encoding that the file is in")
    if isinstance(quoting, bool) or quoting not in (0, 1, 2, 3):
        raise TypeError('bad "quoting" value')
    if nrows is not None:
        raise ValueError("The 'nrows' keyword is not supported by `dd.read_csv`. To achieve the same behavior, it's recommended to use `dd.read_csv(...).head(n=nrows)`")
    options = {
        "separator": _separator(sep if delimiter is None else delimiter, delim_whitespace),
        "header": _header(header, names),
        "quoting": int(quoting),
        "quote_char": _one_character("quotechar", quotechar),
        "double_quote": bool(doublequote),
        "escape_char": _one_character("escapechar", escapechar),
        "comment_char": _one_character("comment", comment),
        "line_terminator": _one_character("lineterminator", lineterminator),
        "thousands": _one_character("thousands", thousands),
        "decimal": _one_character("decimal", decimal),
        "skip_initial_space": bool(skipinitialspace),
        "skip_blank_lines": bool(skip_blank_lines),
        "keep_default_na": bool(keep_default_na),
        "na_filter": bool(na_filter),
        "assume_missing": bool(assume_missing),
        "day_first": bool(dayfirst),
        "encoding": codecs.lookup(encoding or "utf-8").name,
        "compression": _compression(compression),
        "on_bad_lines": _text("on_bad_lines", on_bad_lines),
    }
    _add_columns(options, names, usecols, index_col, include_path_column)
    _add_types(options, dtype, parse_dates, date_format)
    _add_values(options, na_values, true_values, false_values)
    if skiprows is not None:
        options["skip_rows"] = _skip_rows(skiprows)
    if blocksize != "default":
        options["block_size"] = _bytes(blocksize)
    return options


def option_names():
    return [name for name in inspect.signature(read_csv_options).parameters if name != "others"]


def _refuse(others):
    from cask._nearest import nearest_name

    for name in others:
        if name in _IGNORED:
            continue
        if name in _UNSUPPORTED:
            raise NotImplementedError(f"read_csv() has no option {name!r}; {_UNSUPPORTED[name]}")
        nearest = nearest_name(name, option_names())
        hint = f"; the nearest is {nearest!r}" if nearest else ""
        raise TypeError(f"read_csv() got an unexpected keyword argument {name!r}{hint}")


def _separator(sep, delim_whitespace):
    if delim_whitespace or sep in (r"\s+", None):
        return ""
    if len(sep) != 1:
        raise NotImplementedError(f"a separator is one character or r'\\s+', not {sep!r}")
    return sep


def _one_character(name, value):
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) != 1:
        raise TypeError(f'"{name}" must be a 1-character string')
    return value


def _header(header, names):
    if header == "infer":
        return None if names is not None else "infer"
    if header is None:
        return None
    if isinstance(header, bool) or not isinstance(header, int):
        raise NotImplementedError("header is 'infer', None or the number of one row")
    if header < 0:
        raise ValueError("Passing negative integer to header is invalid. For no header, use header=None instead")
    return header


def _text(name, value):
    if not isinstance(value, str):
        raise NotImplementedError(f"{name} is one of 'error', 'warn' and 'skip'")
    return value


def _compression(value):
    if isinstance(value, dict):
        value = value.get("method", "infer")
    return {"gz": "gzip", "zst": "zstd"}.get(value, value)


def _add_columns(options, names, usecols, index_col, include_path_column):
    if names is not None:
        options["names"] = list(names)
        if len(set(options["names"])) != len(options["names"]):
            raise ValueError("Duplicate names are not allowed.")
    if usecols is not None:
        if callable(usecols):
            raise NotImplementedError("usecols is a list of labels or positions, not a function")
        options["use_columns"] = list(usecols)
    if index_col is False:
        options["index_col"] = []
    elif index_col is not None:
        options["index_col"] = list(index_col) if isinstance(index_col, (list, tuple)) else [index_col]
    if include_path_column:
        options["path_column"] = "path" if include_path_column is True else include_path_column


def _add_types(options, dtype, parse_dates, date_format):
    from cask.dataframe._literals import dtype_name

    if isinstance(dtype, dict):
        options["column_dtypes"] = {label: dtype_name(one) for label, one in dtype.items()}
    elif dtype is not None:
        options["dtype"] = dtype_name(dtype)
    if parse_dates is True:
        options["parse_index_dates"] = True
    elif parse_dates:
        if isinstance(parse_dates, dict) or any(isinstance(one, (list, tuple)) for one in parse_dates):
            raise NotImplementedError("parse_dates is a list of columns; combine columns after reading")
        options["parse_dates"] = list(parse_dates)
    if isinstance(date_format, dict):
        options["column_date_formats"] = date_format
    elif date_format is not None:
        options["date_format"] = date_format


def _add_values(options, na_values, true_values, false_values):
    if isinstance(na_values, dict):
        options["column_na_values"] = {label: _texts(values) for label, values in na_values.items()}
    elif na_values is not None:
        options["na_values"] = _texts(na_values)
    if true_values is not None:
        options["true_values"] = [str(value) for value in true_values]
    if false_values is not None:
        options["false_values"] = [str(value) for value in false_values]


def _texts(values):
    return [str(value) for value in (values if hasattr(values, "__iter__") and not isinstance(values, str) else [values])]


def _skip_rows(skiprows):
    if callable(skiprows):
        raise NotImplementedError("skiprows is a number of lines or a list of line numbers, not a function")
    return skiprows if isinstance(skiprows, int) else [int(row) for row in skiprows]


def _bytes(size):
    """64e6, "64MB", None (0: a file a partition)."""
    if size is None:
        return 0
    if isinstance(size, str):
        units = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
        number = size.strip().rstrip("BbIiKkMmGg").strip()
        unit = size.strip()[len(number):].strip().lower()
        try:
            return int(float(number) * units[unit])
        except (KeyError, ValueError):
            raise ValueError(f"{size!r} is no number of bytes; write it as 64000000 or '64MB'") from None
    return int(size)
