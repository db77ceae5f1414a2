"""Series.dt and Series.str."""

from cask._nearest import missing_name

_DT_FIELDS = ("year", "month", "day", "hour", "minute", "second", "microsecond", "nanosecond", "dayofweek", "day_of_week", "weekday",
              "dayofyear", "day_of_year", "quarter", "days_in_month", "daysinmonth", "is_month_start", "is_month_end", "is_quarter_start",
              "is_quarter_end", "is_year_start", "is_year_end", "is_leap_year", "days", "seconds", "microseconds", "nanoseconds")  # fmt: skip


class DatetimeAccessor:
    """The fields of a series of times: `df.pickup.dt.hour`."""

    def __init__(self, series):
        dtype = series._dtype_names[0]
        if not dtype.startswith(("datetime64", "timedelta64")):
            raise AttributeError("Can only use .dt accessor with datetimelike values")
        self._series = series

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in _DT_FIELDS:
            raise AttributeError(missing_name("Series.dt", name, dir(self)), name=name, obj=self)
        return self._series._call("dt." + name)

    def __dir__(self):
        return sorted({*_DT_FIELDS, "normalize", "floor", "ceil", "round", "total_seconds"})

    def normalize(self):
        return self._series._call("dt.normalize")

    def total_seconds(self):
        return self._series._call("dt.total_seconds")

    def floor(self, freq):
        return self._series._call("dt.floor", text=freq)

    def ceil(self, freq):
        return self._series._call("dt.ceil", text=freq)

    def round(self, freq):
        return self._series._call("dt.round", text=freq)


_STR_PLAIN = ("len", "lower", "upper", "title", "capitalize", "swapcase", "isalnum", "isalpha", "isdecimal", "isdigit", "islower", "isnumeric",
              "isspace", "istitle", "isupper")  # fmt: skip


class StringAccessor:
    """Text functions of a series: `df.name.str.lower()`."""

    def __init__(self, series):
        if series._dtype_names[0] not in ("str", "string", "category"):
            raise AttributeError("Can only use .str accessor with string values, not " + series._dtype_names[0])
        self._series = series

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in _STR_PLAIN:
            raise AttributeError(missing_name("Series.str", name, dir(self)), name=name, obj=self)
        return lambda: self._series._call("str." + name)

    def __dir__(self):
        return sorted({*_STR_PLAIN, "contains", "startswith", "endswith", "strip", "lstrip", "rstrip", "replace"})

    def contains(self, pat, case=True, flags=0, na=None, regex=True):
        if regex and set(pat) & set(r".^$*+?{}[]\|()"):
            raise NotImplementedError("str.contains takes plain text; pass regex=False, or a pattern without special characters")
        if not case or flags or na is not None:
            raise NotImplementedError("str.contains takes no case, flags or na")
        return self._series._call("str.contains", pat)

    def startswith(self, pat):
        return self._series._call("str.startswith", pat)

    def endswith(self, pat):
        return self._series._call("str.endswith", pat)

    def strip(self, to_strip=None):
        return self._strip("strip", to_strip)

    def lstrip(self, to_strip=None):
        return self._strip("lstrip", to_strip)

    def rstrip(self, to_strip=None):
        return self._strip("rstrip", to_strip)

    def _strip(self, name, to_strip):
        return self._series._call("str." + name, *([] if to_strip is None else [to_strip]))

    def replace(self, pat, repl, n=-1, case=None, flags=0, regex=False):
        if regex or n != -1 or case is not None or flags:
            raise NotImplementedError("str.replace replaces plain text everywhere; it takes no regex, n, case or flags")
        return self._series._call("str.replace", pat, repl)
