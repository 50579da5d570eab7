"""OpenDAL against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.

It sends `( ) ! * '` in a path as they are, and signs them percent-encoded.
"""

import json
import sys
from pathlib import Path

import opendal

given = json.loads((Path(__file__).parent / "keys.json").read_text("utf-8"))
KEYS, PREFIX = given["keys"], given["prefix"]
endpoint, access_key_id, secret = sys.argv[1:4]


def operator(secret):
    return opendal.Operator(
        "s3",
        bucket="opendal",
        endpoint=endpoint,
        region="us-east-1",
        access_key_id=access_key_id,
        secret_access_key=secret,
        disable_config_load="true",
        disable_ec2_metadata="true",
    )


good, bad = operator(secret), operator("wrong")
for key in KEYS:
    data = key.encode()
    good.write(key, data)
    assert good.read(key) == data, key
    assert good.stat(key).content_length == len(data), key
    for refused in (lambda: bad.write(key, data), lambda: bad.read(key)):
        try:
            refused()
        except opendal.exceptions.PermissionDenied:
            continue
        raise AssertionError(key)
listed = [entry.path for entry in good.list(PREFIX + "/")]
assert PREFIX + "/key" in listed, listed
print("good")
