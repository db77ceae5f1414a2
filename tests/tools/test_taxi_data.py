"""tools/make_taxi_data: whole files, of the size asked for, the same bytes every time."""

import hashlib
import subprocess
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def maker():
    subprocess.run(["make", "-C", ROOT, "build/tools/make_taxi_data"], check=True, capture_output=True)
    return ROOT / "build/tools/make_taxi_data"


def make(maker, folder, *args):
    return subprocess.run([maker, *args, folder], capture_output=True, text=True)


def digest(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def data(maker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taxi with space")
    assert make(maker, folder, "--size", "20MB").returncode == 0
    return folder


def test_eighteen_months_of_the_size_asked_for(data):
    names = sorted(path.name for path in data.iterdir())
    assert names == [f"yellow_tripdata_{year}-{month:02}.csv" for year in (2015, 2016) for month in range(1, 13)][:18]
    assert 19.9e6 < sum(path.stat().st_size for path in data.iterdir()) <= 20e6


def test_threads_do_not_change_a_byte(maker, data, tmp_path):
    make(maker, tmp_path, "--size", "20MB", "--threads", "5")
    assert digest(tmp_path) == digest(data)


def test_it_goes_on_where_it_was_stopped(maker, data, tmp_path):
    make(maker, tmp_path, "--size", "20MB")
    (tmp_path / "yellow_tripdata_2015-07.csv").unlink()
    kept = (tmp_path / "yellow_tripdata_2015-06.csv").stat().st_mtime_ns
    assert "1 of 18 files" in make(maker, tmp_path, "--size", "20MB").stderr
    assert digest(tmp_path) == digest(data)
    assert (tmp_path / "yellow_tripdata_2015-06.csv").stat().st_mtime_ns == kept
    assert make(maker, tmp_path, "--size", "20MB").stderr == ""


def test_the_rows_are_plausible(data):
    dates = ["tpep_pickup_datetime", "tpep_dropoff_datetime"]
    frame = pd.read_csv(data / "yellow_tripdata_2016-02.csv", parse_dates=dates)
    assert list(frame.columns[:3]) == ["VendorID", *dates] and frame.shape[1] == 19
    assert (frame.dtypes[dates] == "datetime64[us]").all()
    assert frame.payment_type.value_counts().index[:2].tolist() == [1, 2]
    assert frame.tpep_pickup_datetime.between("2016-02-01", "2016-03-01").all()
    assert (frame.tpep_dropoff_datetime > frame.tpep_pickup_datetime).all()
    parts = frame[["fare_amount", "extra", "mta_tax", "tip_amount", "tolls_amount", "improvement_surcharge"]].sum(axis=1)
    assert ((parts - frame.total_amount).abs() < 1e-6).all()
    assert not frame.isna().any().any()


def test_coordinates_are_single_precision_in_17_digits(data):
    import numpy as np

    frame = pd.read_csv(data / "yellow_tripdata_2015-01.csv", dtype=str, usecols=["pickup_longitude", "dropoff_latitude"])
    for text in pd.concat([frame.pickup_longitude, frame.dropoff_latitude]).head(20000):
        assert text == "%.17g" % float(np.float32(float(text)))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--size", "2XB"), "SIZE is a number and MB, GB or TB"),
        (("--size", "900000TB"), "there is no room for the data"),
        (("--what",), "usage"),
    ],
)
def test_clear_errors(maker, tmp_path, args, message):
    done = make(maker, tmp_path, *args)
    assert done.returncode == 1 and message in done.stderr


def test_files_of_another_size_are_not_mixed(maker, data):
    done = make(maker, data, "--size", "30MB")
    assert done.returncode == 1 and "of another size" in done.stderr
