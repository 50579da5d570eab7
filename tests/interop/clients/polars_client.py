"""polars against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY. It signs with Rust's object_store."""

import sys

import polars

endpoint, access_key_id, secret = sys.argv[1:4]


def options(secret):
    return {
        "aws_endpoint_url": endpoint,
        "aws_access_key_id": access_key_id,
        "aws_secret_access_key": secret,
        "aws_region": "us-east-1",
        "aws_allow_http": "true",
        "max_retries": 0,
    }


frame = polars.DataFrame({"n": range(10_000), "text": ["a b"] * 10_000})
for path in ("s3://polars/dt=2026-01-02/part@0.parquet", "s3://polars/dt=2026-01-02/part 1.parquet"):
    frame.write_parquet(path, storage_options=options(secret))
    assert polars.read_parquet(path, storage_options=options(secret)).equals(frame)
# Lists objects and reads ranges.
scan = polars.scan_parquet("s3://polars/**/*.parquet", storage_options=options(secret))
assert scan.select(polars.len()).collect().item() == 20_000
try:
    polars.read_parquet(path, storage_options=options("wrong"))
except Exception as error:
    assert "403" in str(error) or "SignatureDoesNotMatch" in str(error), error
else:
    raise AssertionError("accepted")
print("good")
