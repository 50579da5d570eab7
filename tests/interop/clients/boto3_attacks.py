"""boto3 as an attacker on a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.

It signs as always, and its requests are changed before they are sent. AWS's codes are expected.
With FORMS in the environment, the server also takes the forms of browsers.
"""

import os
import sys
import time
import urllib.error
import urllib.request
import uuid

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

endpoint, access_key_id, secret = sys.argv[1:4]


def client(change=None, secret=secret, access_key_id=access_key_id):
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path", "payload_signing_enabled": True},
        retries={"max_attempts": 0},
        request_checksum_calculation="when_required",
    )
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=config,
    )
    if change:
        client.meta.events.register("before-send.s3", lambda request, **_: change(request))
    return client


def http(method, url, body=None, headers=None):
    """The status and the body of a response."""
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def header(name, value):
    def change(request):
        request.headers[name] = value

    return change


def body(request):
    request.body = b"y" * 20000


def path(request):
    request.url = request.url.replace("/key", "/other")


def earlier(request):
    date = time.gmtime(time.time() - 1000)
    # The day in the credential is unchanged, so after midnight it would be a second error.
    if date.tm_mday == time.gmtime().tm_mday:
        request.headers["X-Amz-Date"] = time.strftime("%Y%m%dT%H%M%SZ", date)
    else:
        request.headers["X-Amz-Date"] = time.strftime("%Y%m%dT235959Z")


good = client()
put = dict(Bucket="attacked", Key="key", Body=b"x" * 20000, Metadata={"note": "one"})
good.put_object(**put)
for what, code, attacker in [
    ("wrong secret", "SignatureDoesNotMatch", client(secret="wrong")),
    ("unknown ID", "InvalidAccessKeyId", client(access_key_id="AKIDUNKNOWN")),
    ("header", "SignatureDoesNotMatch", client(header("x-amz-meta-note", "two"))),
    ("date", "RequestTimeTooSkewed", client(earlier)),
    ("unsigned header", "AccessDenied", client(header("x-amz-acl", "public-read"))),
    ("path", "SignatureDoesNotMatch", client(path)),
    ("body", "XAmzContentSHA256Mismatch", client(body)),
    ("hash", "SignatureDoesNotMatch", client(header("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"))),
    ("no hash", "InvalidArgument", client(header("X-Amz-Content-SHA256", "nothing"))),
]:
    try:
        attacker.put_object(**put)
        raise AssertionError(f"{what}: accepted")
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, (what, error.response)
    assert good.get_object(Bucket="attacked", Key="key")["Body"].read() == b"x" * 20000, what

# Presigned URLs: a valid one, changed ones, and an expired one.
url = good.generate_presigned_url("put_object", {"Bucket": "attacked", "Key": "url"}, ExpiresIn=5)
status, text = http("PUT", url, b"data")
assert status == 200, text
for method, changed, headers, code in [
    ("PUT", url.replace("/url?", "/other?"), {}, "SignatureDoesNotMatch"),
    ("PUT", url.replace("Expires=5", "Expires=600"), {}, "SignatureDoesNotMatch"),
    ("GET", url, {}, "SignatureDoesNotMatch"),
    ("PUT", url, {"x-amz-acl": "public-read"}, "AccessDenied"),
]:
    status, text = http(method, changed, b"data" if method == "PUT" else None, headers)
    assert status == 403 and f"<Code>{code}</Code>" in text, (changed, text)
time.sleep(7)
status, text = http("PUT", url, b"data")
assert status == 403 and "<Code>AccessDenied</Code>" in text, text
assert "Request has expired" in text, text


def form(fields, data):
    """A browser's upload."""
    boundary = uuid.uuid4().hex
    lines = []
    for name, value in fields.items():
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"', "", value]
    lines += [f"--{boundary}"]
    lines += ['Content-Disposition: form-data; name="file"; filename="a.txt"', "", data]
    lines += [f"--{boundary}--", ""]
    content_type = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return http("POST", f"{endpoint}/attacked", "\r\n".join(lines).encode(), content_type)


def fields(signer=good, prefix="user/"):
    conditions = [["content-length-range", 1, 10], ["starts-with", "$key", prefix]]
    key = "user/${filename}"
    return signer.generate_presigned_post("attacked", key, Conditions=conditions)["fields"]


if os.environ.get("FORMS"):
    status, text = form(fields(), "data")
    assert status == 204, text
    assert good.get_object(Bucket="attacked", Key="user/a.txt")["Body"].read() == b"data"
    for what, code, changed, data in [
        ("secret", "SignatureDoesNotMatch", fields(client(secret="wrong")), "data"),
        ("key", "AccessDenied", fields() | {"key": "admin/a.txt"}, "data"),
        ("field", "AccessDenied", fields() | {"acl": "public-read"}, "data"),
        ("length", "EntityTooLarge", fields(), "longer than ten"),
        (
            "policy",
            "SignatureDoesNotMatch",
            fields() | {"policy": fields(prefix="")["policy"]},
            "data",
        ),
    ]:
        status, text = form(changed, data)
        assert status in (400, 403) and f"<Code>{code}</Code>" in text, (what, status, text)
else:
    status, text = form(fields(), "data")
    assert status == 403 and "<Code>AccessDenied</Code>" in text, text
print("good")
