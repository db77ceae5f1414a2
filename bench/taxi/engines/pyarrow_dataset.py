"""PyArrow's dataset and its execution engine."""

import pyarrow as pa
import pyarrow.acero as acero
import pyarrow.compute as pc
import pyarrow.dataset as ds


def version():
    return f"pyarrow {pa.__version__}"


def grouped(folder, columns, keys, aggregates):
    scan = acero.Declaration("scan", acero.ScanNodeOptions(ds.dataset(folder, format="csv"), columns=columns))
    project = acero.Declaration("project", acero.ProjectNodeOptions(list(columns.values()), list(columns)))
    return acero.Declaration.from_sequence([scan, project, acero.Declaration("aggregate", acero.AggregateNodeOptions(aggregates, keys=keys))]).to_table()


def value_counts(folder):
    return grouped(folder, {"payment_type": ds.field("payment_type")}, ["payment_type"], [([], "hash_count_all", None, "count")])


def answer_value_counts(found):
    return {str(key): n for key, n in zip(found["payment_type"].to_pylist(), found["count"].to_pylist())}


def everything(folder):
    return ds.dataset(folder, format="csv").to_table()


def answer_everything(table):
    return {
        "rows": table.num_rows,
        "passengers": pc.sum(table["passenger_count"]).as_py(),
        "total": pc.sum(table["total_amount"]).as_py(),
        "longitude": pc.sum(table["dropoff_longitude"]).as_py(),
        "flag": pc.sum(pc.equal(table["store_and_fwd_flag"], "Y")).as_py(),
        "first": str(pc.min(table["tpep_pickup_datetime"]).as_py())[:19],
        "last": str(pc.max(table["tpep_dropoff_datetime"]).as_py())[:19],
    }


def groupby(folder):
    columns = {"passenger_count": ds.field("passenger_count"), "hour": pc.hour(ds.field("tpep_pickup_datetime")), "total_amount": ds.field("total_amount")}
    aggregates = [("total_amount", f"hash_{kind}", None, kind) for kind in ("mean", "sum", "count")]
    return grouped(folder, columns, ["passenger_count", "hour"], aggregates)


def answer_groupby(found):
    names = ["passenger_count", "hour", "mean", "sum", "count"]
    return sorted([row[name] for name in names] for row in found.to_pylist())
