"""Files in Google Cloud Storage and in Azure, in emulators of them. (test_read_files.py reads from S3.)

Azure's emulator comes from npm only: `npm install azurite`, and CASK_AZURITE names its program azurite-blob if that is not on the PATH.
"""

import functools
import gzip
import http.server
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request

import pandas as pd
import pyarrow.fs
import pytest

import cask.dataframe as dd

ROWS = pd.DataFrame({"a": range(1000), "b": [f"x{i % 7}" for i in range(1000)]})
OBJECTS = {
    "data/part-0.csv": ROWS[:400].to_csv(index=False).encode(),
    "data/part-1.csv": ROWS[400:].to_csv(index=False).encode(),
    "data/other.txt": b"no\n",
    "packed.csv.gz": gzip.compress(b"a\n1\n2\n"),
}
# The account that every copy of the emulator has, and its key.
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@pytest.fixture(scope="module")
def google():
    """(prefix of paths, storage options)"""
    from gcp_storage_emulator.server import RequestHandler
    from gcp_storage_emulator.storage import Storage

    storage = Storage(use_memory_fs=True)
    storage.create_bucket("bucket", {"kind": "storage#bucket", "id": "bucket", "name": "bucket"})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(RequestHandler, storage))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    for name, data in OBJECTS.items():
        upload = f"{url}/upload/storage/v1/b/bucket/o?uploadType=media&name={name}"
        urllib.request.urlopen(urllib.request.Request(upload, data=data, method="POST")).read()
    yield "gs://bucket", {"token": "anon", "endpoint_url": url}
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def azure(tmp_path_factory):
    """(prefix of paths, storage options)"""
    program = os.environ.get("CASK_AZURITE") or shutil.which("azurite-blob")
    if program is None:
        pytest.skip("there is no azurite-blob; `npm install azurite`, and name it in CASK_AZURITE")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        authority = f"127.0.0.1:{probe.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("azurite")
    server = subprocess.Popen([program, "--silent", "--skipApiVersionCheck", "--location", folder, "--blobPort", authority.split(":")[1]])
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", int(authority.split(":")[1]))).close()
            break
        except OSError:
            assert server.poll() is None, "the emulator ended"
            time.sleep(0.1)
    store = pyarrow.fs.AzureFileSystem(ACCOUNT, account_key=ACCOUNT_KEY, blob_storage_authority=authority, blob_storage_scheme="http",
                                       dfs_storage_authority=authority, dfs_storage_scheme="http")  # fmt: skip
    store.create_dir("container")
    for name, data in OBJECTS.items():
        with store.open_output_stream(f"container/{name}", compression=None) as out:
            out.write(data)
    yield "abfs://container", {"account_name": ACCOUNT, "account_key": ACCOUNT_KEY, "endpoint_url": f"http://{authority}"}
    server.terminate()
    server.wait()


@pytest.fixture(params=["google", "azure"])
def store(request):
    return request.getfixturevalue(request.param)


def test_globs_folders_and_lists(store):
    prefix, options = store
    for paths in (f"{prefix}/data/part-*.csv", [f"{prefix}/data/part-0.csv", f"{prefix}/data/part-1.csv"]):
        for blocksize in (None, 1000):
            frame = dd.read_csv(paths, storage_options=options, blocksize=blocksize).compute()
            pd.testing.assert_frame_equal(frame.reset_index(drop=True), ROWS)


def test_compressed_files(store):
    prefix, options = store
    assert dd.read_csv(f"{prefix}/packed.csv.gz", storage_options=options).a.compute().tolist() == [1, 2]


def test_paths_are_those_that_were_asked_for(store):
    prefix, options = store
    frame = dd.read_csv(f"{prefix}/data/part-*.csv", storage_options=options, include_path_column=True).compute()
    assert frame.path.unique().tolist() == [f"{prefix}/data/part-0.csv", f"{prefix}/data/part-1.csv"]


def test_absent_files_are_named(store):
    prefix, options = store
    with pytest.raises(FileNotFoundError, match=f"cannot find {prefix}/none.csv"):
        dd.read_csv(f"{prefix}/none.csv", storage_options=options)


def test_azure_by_another_scheme_and_a_connection_string(azure):
    _, options = azure
    connection = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};BlobEndpoint={options['endpoint_url']}/{ACCOUNT};"
    frame = dd.read_csv("az://container/data/part-*.csv", storage_options={"connection_string": connection}).compute()
    pd.testing.assert_frame_equal(frame.reset_index(drop=True), ROWS)


@pytest.mark.parametrize(
    "path, options, message",
    [
        ("gs://bucket/a.csv", {"account_name": "x"}, "no storage option 'account_name' for Google Cloud Storage"),
        ("gs://bucket/a.csv", {"token": "keys.json"}, "GOOGLE_APPLICATION_CREDENTIALS"),
        ("abfs://container/a.csv", {"token": "x"}, "no storage option 'token' for Azure"),
        ("abfs://container/a.csv", {}, "needs the storage option 'account_name'"),
        ("s3://bucket/a.csv", {"client_kwargs": {"verify": False}}, r"no storage option 'client_kwargs.verify' for Amazon S3"),
        ("hdfs://node:8020/a.csv", {"password": "x"}, "no storage option 'password' for HDFS"),
        ("ftp://host/a.csv", {}, "Protocol not known: ftp"),
    ],
)
def test_options_of_another_store_are_refused_by_name(path, options, message):
    with pytest.raises(ValueError, match=message):
        dd.read_csv(path, storage_options=options)


def test_hdfs_without_java_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(OSError, match="Unable to load libjvm. HDFS needs Java") as raised:
        dd.read_csv("hdfs://node:8020/a.csv")
    assert len(str(raised.value)) < 300
