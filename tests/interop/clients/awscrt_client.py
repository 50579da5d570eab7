"""awscrt's S3 client against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY."""

import io
import sys
from urllib.parse import urlparse

from awscrt.auth import AwsCredentialsProvider
from awscrt.http import HttpHeaders, HttpRequest
from awscrt.io import ClientBootstrap, DefaultHostResolver, EventLoopGroup
from awscrt.s3 import (
    S3ChecksumAlgorithm,
    S3ChecksumConfig,
    S3ChecksumLocation,
    S3Client,
    S3RequestTlsMode,
    S3RequestType,
)

endpoint, access_key_id, secret = sys.argv[1:4]
host = urlparse(endpoint).netloc
group = EventLoopGroup(1)
bootstrap = ClientBootstrap(group, DefaultHostResolver(group))


def put(secret, checksum):
    credentials = AwsCredentialsProvider.new_static(access_key_id, secret)
    client = S3Client(
        bootstrap=bootstrap,
        region="us-east-1",
        credential_provider=credentials,
        tls_mode=S3RequestTlsMode.DISABLED,
        part_size=5 << 20,
    )
    body = b"x" * 30000
    headers = HttpHeaders([("host", host), ("content-length", str(len(body)))])
    request = HttpRequest("PUT", "/b/crt%20key", headers, io.BytesIO(body))
    config = checksum and S3ChecksumConfig(
        algorithm=S3ChecksumAlgorithm.CRC32, location=S3ChecksumLocation.TRAILER
    )
    statuses = []
    made = client.make_request(
        request=request,
        type=S3RequestType.PUT_OBJECT,
        checksum_config=config or None,
        on_done=lambda status_code=None, **_: statuses.append(status_code),
    )
    try:
        made.finished_future.result(30)
    except Exception as error:
        if not statuses or statuses[0] is None:
            raise error
    return statuses[0]


for checksum in (False, True):
    for key, good in ((secret, 200), ("wrong", 403)):
        status = put(key, checksum)
        assert status == good, (checksum, status)
print("good")
