"""to_csv: its arguments, as pandas and Dask name them, to the engine's options."""

import inspect
import os
import re

from cask import _core


def to_csv(frame, filename, single_file=False, encoding="utf-8", mode="wt", name_function=None, compression=None, compute=True, scheduler=None,
           storage_options=None, header_first_partition_only=None, compute_kwargs=None, columns=None, **kwargs):  # fmt: skip
    """Writes CSV files: one for each partition, whose number stands for the "*" of `filename`, or with single_file=True one.

    Files appear together at the end, each whole. Returns their paths.

    >>> df.to_csv("trips/part-*.csv", index=False)
    ['/home/ann/trips/part-0.csv', '/home/ann/trips/part-1.csv']
    """
    if single_file and name_function is not None:
        raise ValueError("name_function is not supported under the single file mode")
    if header_first_partition_only is None:
        header_first_partition_only = single_file
    elif not header_first_partition_only and single_file:
        raise ValueError("header_first_partition_only cannot be False in the single file mode.")
    if columns is not None:
        frame = frame[list(columns)]
    options = write_csv_options(**kwargs)
    options["single_file"] = bool(single_file)
    options["header_first_partition_only"] = bool(header_first_partition_only)
    options["encoding"] = encoding or "utf-8"
    options["mode"] = _mode(mode)
    options["compression"] = _compression(compression)
    _add_paths(options, filename, name_function, frame.npartitions)
    if compute:
        return _write(frame._core, options)
    from cask._delayed import delayed

    paths = _core.csv_paths(frame._core, options)  # raises now what is wrong with them
    written = delayed(_write, name="to_csv")(frame._core, options)
    return [written[i] for i in range(len(paths))]


def _write(core, options):
    from cask import _progress

    with _progress.shown_if_long():
        return [os.path.normpath(path) for path in _core.write_csv(core, options)]


_write.of_this_process = True  # which asks for the cluster itself


def write_csv_options(sep=",", na_rep="", float_format=None, header=True, index=True, index_label=None, quoting=0, quotechar='"',
                      lineterminator=None, chunksize=None, date_format=None, doublequote=True, escapechar=None, decimal=".", errors="strict",
                      **others):  # fmt: skip
    """A dict of the engine's options; a TypeError names an option that is not known. `chunksize` has no bearing on the values."""
    _refuse(others)
    if errors != "strict":
        raise NotImplementedError(f"to_csv() knows errors='strict' only, not {errors!r}")
    options = {
        "separator": _one_character("sep", sep),
        "na_rep": str(na_rep),
        "float_format": _float_format(float_format),
        "header": header is not None and header is not False,
        "index": bool(index),
        "quoting": 0 if quoting is None else int(quoting),
        "quote_char": _one_character("quotechar", quotechar),
        "double_quote": bool(doublequote),
        "escape_char": _one_character("escapechar", escapechar),
        "line_terminator": os.linesep if lineterminator is None else lineterminator,
        "date_format": date_format or "",
        # As in pandas, a format in braces says all about a number's text.
        "decimal": "." if isinstance(float_format, str) and "{" in float_format else _one_character("decimal", decimal),
    }
    if options["header"] and not isinstance(header, bool):
        options["header_names"] = [str(name) for name in header]
    if index_label is False:
        options["has_index_labels"] = False
    elif index_label is not None:
        labels = index_label if isinstance(index_label, (list, tuple)) else [index_label]
        options["index_labels"] = ["" if label is None else str(label) for label in labels]
    return options


def _refuse(others):
    if not others:
        return
    from cask._nearest import nearest_name

    name = next(iter(others))
    known = {*inspect.signature(to_csv).parameters, *inspect.signature(write_csv_options).parameters} - {"frame", "kwargs", "others"}
    raise TypeError(f"to_csv() got an unexpected keyword argument {name!r}; the nearest is {nearest_name(name, known)!r}")


def _one_character(name, value):
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) != 1 or not value.isascii():
        raise TypeError(f'"{name}" must be a 1-character string')
    return value


def _float_format(value):
    """printf's form of "%.3f" or "{:.3f}"."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NotImplementedError("float_format is a text such as '%.3f', not a function; map the column first")
    braces = re.fullmatch(r"([^{}%]*)\{:([-+ 0#]*\d*(?:\.\d+)?[eEfFgG])\}([^{}%]*)", value)
    if braces:
        return f"{braces[1]}%{braces[2]}{braces[3]}"
    if "%" not in value:
        raise NotImplementedError(f"float_format is a text such as '%.3f' or '{{:.3f}}', not {value!r}")
    return value


def _mode(mode):
    for letter in "wax":
        if letter in mode:
            return letter
    raise ValueError(f"invalid mode: {mode!r}")


def _compression(value):
    if isinstance(value, dict):
        value = value.get("method")
    return {"gz": "gzip", "zst": "zstd"}.get(value, value)


def _add_paths(options, filename, name_function, npartitions):
    if isinstance(filename, (list, tuple)):
        if options["single_file"]:
            raise ValueError("single_file=True writes one file, not a list of them")
        options["path"], options["partition_names"] = "*", [_absolute(path) for path in filename]
        return
    options["path"] = _absolute(filename)
    if name_function is not None:
        names = [name_function(i) for i in range(npartitions)]
        if names != sorted(names):
            import warnings

            warnings.warn("the files' names do not sort in the order of the partitions: reading them back gives the rows in another order", stacklevel=4)
        options["partition_names"] = names


def _absolute(path):
    path = os.fspath(path)
    return path if "://" in path else os.path.abspath(os.path.expanduser(path))
