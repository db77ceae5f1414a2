"""What to say of a name that Cask lacks: the name, and the nearest thing that exists."""

# Where the nearest spelling would mislead, the nearest meaning.
_MEANT = {
    "dask.bag": "dask.dataframe",
    "dask.dataframe.read_parquet": "dask.dataframe.read_csv",
    "distributed.Nanny": "distributed.LocalCluster",
    "distributed.Worker": "distributed.LocalCluster",
    "distributed.Scheduler": "distributed.LocalCluster",
}


def nearest_name(name, names):
    """The name most like `name`, or None if there are no names at all."""
    from difflib import SequenceMatcher

    def likeness(candidate):
        same_start = len(_common_start(name.lower(), candidate.lower()))
        same_kind = name[:1].isupper() == candidate[:1].isupper()  # a class, or a function
        return SequenceMatcher(None, name.lower(), candidate.lower()).ratio() + 0.1 * same_start + 0.3 * same_kind

    return max(sorted(names), key=likeness, default=None)


def _common_start(a, b):
    length = 0
    while length < min(len(a), len(b)) and a[length] == b[length]:
        length += 1
    return a[:length]


def missing_name(owner, name, names):
    """The message for `owner.name`, which is not among `names`."""
    full = f"{owner}.{name}"
    nearest = _MEANT.get(full.replace("dask.distributed.", "distributed."))
    if nearest is None:
        nearest = nearest_name(name, [n for n in names if not n.startswith("_")])
    if nearest is None:
        return f"cask has no {full}"
    return f"cask has no {full}; the nearest is {nearest}"
