"""minio-py against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY."""

import io
import sys
from urllib.parse import urlparse

import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.deleteobjects import DeleteObject
from minio.error import S3Error

endpoint, access_key_id, secret = sys.argv[1:4]
pool = urllib3.PoolManager(retries=False)


def client(secret):
    return Minio(
        urlparse(endpoint).netloc,
        access_key_id,
        secret,
        secure=False,
        region="us-east-1",
        http_client=pool,
    )


good = client(secret)
good.make_bucket("minio-py")
data = b"x" * 20000
good.put_object("minio-py", "a key+1", io.BytesIO(data), len(data), metadata={"note": "a  b"})
read = good.get_object("minio-py", "a key+1", offset=10, length=5)
assert read.status == 206 and read.data == b"x" * 5
found = good.stat_object("minio-py", "a key+1")
assert found.size == 20000 and found.last_modified.year > 2000, found
# In parts, without a known length.
part = 5 * 1024 * 1024
whole = good.put_object("minio-py", "parts", io.BytesIO(b"y" * (part + 9)), -1, part_size=part)
assert whole.etag.strip('"').endswith("-2"), whole.etag
good.copy_object("minio-py", "é/b", CopySource("minio-py", "a key+1"))
for v1 in (False, True):
    listed = good.list_objects("minio-py", recursive=True, use_api_v1=v1)
    assert [found.object_name for found in listed] == ["a key+1", "parts", "é/b"]
assert [found.object_name for found in good.list_objects("minio-py")] == ["a key+1", "parts", "é/"]
url = good.presigned_get_object("minio-py", "é/b")
assert pool.request("GET", url).data == data
assert pool.request("GET", url.replace("/minio-py/", "/minio-pz/")).status == 403
keys = [DeleteObject(found.object_name) for found in good.list_objects("minio-py", recursive=True)]
assert list(good.remove_objects("minio-py", keys)) == []
assert list(good.list_objects("minio-py")) == []
try:
    client("wrong").stat_object("minio-py", "parts")
    raise AssertionError("accepted")
except S3Error as error:
    assert error.response.status == 403, error
print("good")
