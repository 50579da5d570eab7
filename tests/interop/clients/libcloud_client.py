"""apache-libcloud against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.

It writes a space in a query as `+`.
"""

import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlparse

from libcloud.common.types import InvalidCredsError, LibcloudError
from libcloud.storage.providers import get_driver
from libcloud.storage.types import Provider

given = json.loads((Path(__file__).parent / "keys.json").read_text("utf-8"))
KEYS, PREFIX = given["keys"], given["prefix"]
endpoint, access_key_id, secret = sys.argv[1:4]
address = urlparse(endpoint)


def driver(secret):
    return get_driver(Provider.S3)(
        access_key_id,
        secret,
        secure=False,
        host=address.hostname,
        port=address.port,
        region="us-east-1",
    )


good, bad = driver(secret), driver("wrong")
container = good.get_container("libcloud")
for key in KEYS:
    data = key.encode()
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        good.upload_object(file.name, container, key)
    stored = good.get_object("libcloud", key)
    assert b"".join(good.download_object_as_stream(stored)) == data, key
    try:
        bad.get_object("libcloud", key)
    except (InvalidCredsError, LibcloudError):
        continue
    raise AssertionError(key)
listed = [stored.name for stored in container.list_objects(prefix=PREFIX)]
assert listed == [PREFIX + "/key"], listed
print("good")
