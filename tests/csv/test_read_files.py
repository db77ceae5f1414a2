"""Many files, compressed files, remote files, and files that are not as they were."""

import bz2
import gzip
import lzma
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pandas as pd
import pytest
from csv_reader import CsvError, assert_same, driver, read_files



def write(path, data):
    with open(path, "wb") as out:
        out.write(data)
    return str(path)


def test_columns_in_another_order_are_read_by_name(tmp_path):
    one = write(tmp_path / "1.csv", b"a,b,c\n1,x,0.5\n2,y,1.5\n")
    two = write(tmp_path / "2.csv", b"c,a,b\n2.5,3,z\n")
    frame, _ = read_files([one, two])
    assert_same(frame, pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [0.5, 1.5, 2.5]}))
    frame, _ = read_files([one, two], column="c")
    assert frame["c"].tolist() == [0.5, 1.5, 2.5]


def test_other_columns_are_an_error_that_names_them(tmp_path):
    one = write(tmp_path / "1.csv", b"a,b\n1,x\n")
    two = write(tmp_path / "2.csv", b"a,c\n1,x\n")
    with pytest.raises(CsvError, match=r"ValueError: The columns of .*2.csv do not match those of .*1.csv: it lacks \['b'\] and has \['c'\]"):
        read_files([one, two])


def test_last_file_widens_every_type(tmp_path):
    plain = b"i,f,b,n,t,e\n" + b"1,0.5,True,5,2015-01-01 00:00:00,\n" * 50
    files = [write(tmp_path / f"{i}.csv", plain) for i in range(3)]
    files.append(write(tmp_path / "9.csv", b"i,f,b,n,t,e\n1.5,text,maybe,,never,7\n"))
    frame, passes = read_files(files, parse_dates=["t"])
    expected = pd.concat([pd.read_csv(f, dtype=str, keep_default_na=False) for f in files])
    text = expected.to_csv(index=False)
    single = write(tmp_path / "all.csv", text.encode())
    assert_same(frame, pd.read_csv(single, parse_dates=["t"], low_memory=False))
    assert passes == 2
    assert [str(t) for t in frame.dtypes] == ["float64", "str", "str", "float64", "str", "float64"]


def test_first_file_may_be_empty_or_have_a_header_only(tmp_path):
    files = [
        write(tmp_path / "0.csv", b""),
        write(tmp_path / "1.csv", b"a,b\n"),
        write(tmp_path / "2.csv", b"a,b\n1,x\n"),
        write(tmp_path / "3.csv", b""),
    ]
    frame, _ = read_files(files)
    assert_same(frame, pd.DataFrame({"a": [1], "b": ["x"]}))
    with pytest.raises(CsvError, match="EmptyDataError: No columns to parse from file"):
        read_files(files[:1])


def test_path_column(tmp_path):
    files = [write(tmp_path / name, b"a\n1\n2\n") for name in ("y.csv", "x.csv")]
    frame, _ = read_files(files, include_path_column="path")
    assert frame["path"].tolist() == [files[0]] * 2 + [files[1]] * 2
    assert sorted(frame["path"].cat.categories) == sorted(files)


def compress_zstd(data):
    import pyarrow as pa

    return pa.compress(data, codec="zstd", asbytes=True)


@pytest.mark.parametrize("name, compress", [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zst", compress_zstd)])
def test_compressed(tmp_path, name, compress):
    data = b"a,b\n" + b"".join(b"%d,row %d\n" % (i, i) for i in range(200_000))
    path = write(tmp_path / f"data.csv.{name}", compress(data))
    frame, _ = read_files([path])
    assert frame["a"].sum() == sum(range(200_000)) and frame["b"].iloc[-1] == "row 199999"


def test_several_gzip_members(tmp_path):
    path = write(tmp_path / "data.csv.gz", gzip.compress(b"a\n1\n") + gzip.compress(b"2\n3\n"))
    assert read_files([path])[0]["a"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("name, compress", [("gz", gzip.compress), ("xz", lzma.compress), ("bz2", bz2.compress)])
def test_truncated_compressed_file_names_itself(tmp_path, name, compress):
    data = compress(os.urandom(300_000).hex().encode())
    path = write(tmp_path / f"cut.csv.{name}", data[: len(data) // 2])
    with pytest.raises(CsvError, match=rf"OSError: cannot decompress the \w+ file: .*cut.csv.{name}"):
        read_files([path])


def test_not_utf8(tmp_path):
    path = write(tmp_path / "bad.csv", b"a,b\n1,\xff\xfe\n")
    with pytest.raises(CsvError, match="UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0 of a value of column 'b'"):
        read_files([path])


def test_ten_thousand_columns(tmp_path):
    header = ",".join(f"c{i}" for i in range(10_000))
    row = ",".join(str(i) for i in range(10_000))
    path = write(tmp_path / "wide.csv", f"{header}\n{row}\n{row}\n".encode())
    frame, _ = read_files([path])
    assert frame.shape == (2, 10_000) and frame.iloc[1, 9_999] == 9_999


def test_field_of_megabytes(tmp_path):
    path = write(tmp_path / "long.csv", b'a,b\n"' + b"x,\n" * 1_000_000 + b'",1\ny,2\n')
    frame, _ = read_files([path], blocksize=1_000_000)
    assert frame["b"].tolist() == [1, 2] and len(frame["a"][0]) == 3_000_000


def test_memory_stays_small(tmp_path):
    path = write(tmp_path / "large.csv", b"a,b,c\n" + b"12345,6.789,some text\n" * 10_000_000)
    run = subprocess.run(["/usr/bin/env", "python3", "-c", (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"), driver(), "-", "--times_only", "1", "--column", "a", path],
        capture_output=True, text=True, check=True)
    assert int(run.stdout.split()[-1]) < 120_000  # kB; the file has 210 MB


@pytest.fixture(scope="module")
def s3():
    pytest.importorskip("moto.server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(url).read()
            break
        except OSError:
            assert server.poll() is None, "the S3 server ended"
            time.sleep(0.1)
    yield url
    server.terminate()
    server.wait()


def put(url, bucket, objects):
    import boto3

    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    client.create_bucket(Bucket=bucket)
    for key, data in objects.items():
        client.put_object(Bucket=bucket, Key=key, Body=data)


def read_s3(url, paths, **options):
    import csv_reader

    original = csv_reader.arguments_of

    def with_keys(given):
        keys = ["--storage", f"client_kwargs.endpoint_url={url}", "--storage", "key=testing", "--storage", "secret=testing"]
        return keys + original(given)

    csv_reader.arguments_of = with_keys
    try:
        return read_files(paths, **options)
    finally:
        csv_reader.arguments_of = original


def test_s3(s3):
    objects = {f"data/part-{i}.csv": b"a,b\n" + b"".join(b"%d,x%d\n" % (k, i) for k in range(1000)) for i in range(3)}
    objects["data/other.txt"] = b"no\n"
    objects["packed.csv.gz"] = gzip.compress(b"a\n1\n2\n")
    put(s3, "bucket", objects)
    frame, _ = read_s3(s3, ["s3://bucket/data/part-*.csv"], blocksize=2000)
    assert len(frame) == 3000 and frame["a"].sum() == 3 * sum(range(1000))
    assert frame["b"].drop_duplicates().tolist() == ["x0", "x1", "x2"]
    frame, _ = read_s3(s3, ["s3://bucket/packed.csv.gz"])
    assert frame["a"].tolist() == [1, 2]
    frame, _ = read_s3(s3, ["s3://bucket/data/part-1.csv"], include_path_column="path")
    assert frame["path"].unique().tolist() == ["s3://bucket/data/part-1.csv"]
    with pytest.raises(CsvError, match="FileNotFoundError: cannot find s3://bucket/none.csv"):
        read_s3(s3, ["s3://bucket/none.csv"])
