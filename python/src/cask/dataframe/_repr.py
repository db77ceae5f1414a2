"""How lazy frames print: their structure, as Dask shows it."""


def describe_lazily(collection, title):
    """The dtypes of the columns, and a row for each bound of a partition."""
    import pandas as pd

    core = collection._core
    bounds = ["" if value is None else str(value) for value in collection.divisions]
    cells = {i: [name, *["..."] * (len(bounds) - 1)] for i, name in enumerate(core.dtypes)}
    frame = pd.DataFrame(cells, index=pd.Index(bounds, name=f"npartitions={collection.npartitions}"))
    frame.columns = [str(label) for label in core.labels]
    if core.shape_kind == "frame":
        lines = [title, frame.to_string(max_rows=10, show_dimensions=False)]
    else:
        lines = [title, frame.iloc[:, 0].to_string(max_rows=10)]
        if core.labels[0] is not None:
            lines.append(f"Name: {core.labels[0]}, dtype: {core.dtypes[0]}")
    lines.append(f"Dask Name: {core.operation}, {_counted(core.num_expressions, 'expression')}")
    return "\n".join(lines)


def _counted(count, noun):
    return f"{count} {noun}{'' if count == 1 else 's'}"
