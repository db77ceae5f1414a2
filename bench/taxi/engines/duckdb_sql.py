"""DuckDB, in memory."""

import duckdb


def version():
    return f"duckdb {duckdb.__version__}"


def value_counts(folder):
    return duckdb.sql(f"select payment_type, count(*) from read_csv('{folder}/*.csv') group by 1").fetchall()


def answer_value_counts(found):
    return {str(key): n for key, n in found}


def everything(folder):
    duckdb.execute(f"create table trips as select * from read_csv('{folder}/*.csv')")


def answer_everything(found):
    names = ["rows", "passengers", "total", "longitude", "flag", "first", "last"]
    row = duckdb.execute(
        "select count(*), sum(passenger_count), sum(total_amount), sum(dropoff_longitude), count(*) filter (store_and_fwd_flag::varchar in ('Y', 'true')),"
        " min(tpep_pickup_datetime), max(tpep_dropoff_datetime) from trips"
    ).fetchone()
    return {name: str(value)[:19] if name in ("first", "last") else (int(value) if name in ("rows", "passengers", "flag") else value) for name, value in zip(names, row)}


def groupby(folder):
    return duckdb.sql(
        "select passenger_count, hour(tpep_pickup_datetime) as h, avg(total_amount), sum(total_amount), count(total_amount)"
        f" from read_csv('{folder}/*.csv') group by 1, 2 order by 1, 2"
    ).fetchall()


def answer_groupby(found):
    return [list(row) for row in found]
