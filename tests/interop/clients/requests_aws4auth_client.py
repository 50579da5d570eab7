"""requests-aws4auth against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.

It writes a space in a query as `+`.
"""

import json
import sys
from pathlib import Path
from urllib.parse import quote

import requests
from requests_aws4auth import AWS4Auth

given = json.loads((Path(__file__).parent / "keys.json").read_text("utf-8"))
KEYS, PREFIX = given["keys"], given["prefix"]
endpoint, access_key_id, secret = sys.argv[1:4]
bucket = f"{endpoint}/requests"
# Paths encoded as by Python, as by JavaScript, and as little as possible. The package leaves a bare `;`
# and what follows out of the signed path, so no server accepts it.
SAFE = ("/", "/!'()*", "/!'()*$&,:=@")

for key, status in ((secret, 200), ("wrong", 403)):
    auth = AWS4Auth(access_key_id, key, "us-east-1", "s3")
    for name in KEYS:
        data = name.encode()
        for safe in SAFE:
            url = f"{bucket}/{quote(name, safe=safe)}"
            put = requests.put(url, data=data, auth=auth)
            assert put.status_code == status, (name, safe, put.status_code, put.text)
            get = requests.get(url, auth=auth)
            assert get.status_code == status, (name, safe, get.status_code, get.text)
            assert status != 200 or get.content == data, (name, safe)
    listed = requests.get(f"{bucket}/", params={"list-type": "2", "prefix": PREFIX}, auth=auth)
    assert listed.request.url.endswith("prefix=a+prefix"), listed.request.url
    assert listed.status_code == status, listed.text
    assert status != 200 or f"<Key>{PREFIX}/key</Key>" in listed.text, listed.text
print("good")
