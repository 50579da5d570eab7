"""pyarrow against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY. It signs with AWS's SDK for C++."""

import sys
from urllib.parse import urlparse

import pyarrow
from pyarrow import fs, parquet

endpoint, access_key_id, secret = sys.argv[1:4]


def store(secret):
    return fs.S3FileSystem(
        access_key=access_key_id,
        secret_key=secret,
        region="us-east-1",
        scheme="http",
        endpoint_override=urlparse(endpoint).netloc,
        allow_bucket_creation=True,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=1),
    )


good = store(secret)
good.create_dir("pyarrow")
table = pyarrow.table({"n": range(100_000), "text": ["a b"] * 100_000})
path = "pyarrow/dt=2026-01-02/part@0.parquet"
parquet.write_table(table, path, filesystem=good)
assert parquet.read_table(path, filesystem=good).equals(table)
listed = good.get_file_info(fs.FileSelector("pyarrow", recursive=True))
assert path in [found.path for found in listed], listed
good.copy_file(path, "pyarrow/a copy")
with good.open_input_file("pyarrow/a copy") as file:
    file.seek(4)
    assert len(file.read(10)) == 10
good.delete_dir_contents("pyarrow")
try:
    store("wrong").open_input_file(path).read()
except OSError as error:
    assert "403" in str(error) or "ACCESS_DENIED" in str(error), error
else:
    raise AssertionError("accepted")
print("good")
