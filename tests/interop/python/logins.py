"""Makes logins with the packages of Keyspaces, Snowflake and AppSync, and by SES's documentation.

Reads a list of cases in JSON from standard input, and writes the list of results. The clock is
stopped at the time of each case, and no network is used.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
from unittest import mock

# No configuration and no metadata service of this machine is used.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cassandra_sigv4.auth import SigV4AuthProvider
from freezegun import freeze_time
from gql.transport.appsync_auth import AppSyncIAMAuthentication
from snowflake.connector import wif_util


def session(case):
    return boto3.Session(
        aws_access_key_id=case["access_key_id"],
        aws_secret_access_key=case["secret_key"],
        aws_session_token=case["session_token"],
        region_name=case["region"],
    )


def keyspaces(case, credentials):
    authenticator = SigV4AuthProvider(session(case)).new_authenticator("host")
    return [
        authenticator.initial_response().decode(),
        authenticator.evaluate_challenge(case["challenge"].encode()),
    ]


def snowflake(case, credentials):
    made = session(case)
    with (
        mock.patch.object(wif_util, "get_aws_region", lambda *_: case["region"]),
        mock.patch.object(wif_util.boto3.session, "Session", lambda: made),
    ):
        token = wif_util.create_aws_attestation().credential
    document = json.loads(base64.b64decode(token))
    document["headers"] = {name.lower(): value for name, value in document["headers"].items()}
    return document


def appsync(case, credentials):
    signer = AppSyncIAMAuthentication(case["host"], case["region"], credentials=credentials)
    headers = signer.get_headers(case["data"])
    return {name.lower(): value for name, value in headers.items()}


def neptune(case, credentials):
    """AWS's example signs with botocore, and puts the headers into the password."""
    request = AWSRequest("GET", f"https://{case['host']}/opencypher")
    request.headers["Host"] = case["host"]
    SigV4Auth(credentials, "neptune-db", case["region"]).add_auth(request)
    names = ["Authorization", "X-Amz-Date", "X-Amz-Security-Token", "Host"]
    document = {name: request.headers[name] for name in names if name in request.headers}
    return document | {"HttpMethod": "GET"}


def ses_smtp(case, credentials):
    """The derivation that the Amazon SES Developer Guide describes."""
    key = ("AWS4" + credentials.secret_key).encode()
    for part in ["11111111", case["region"], "ses", "aws4_request", "SendRawEmail"]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return base64.b64encode(b"\x04" + key).decode()


MAKERS = {
    "keyspaces": keyspaces,
    "snowflake": snowflake,
    "appsync": appsync,
    "neptune": neptune,
    "ses-smtp": ses_smtp,
}


def run(case):
    credentials = Credentials(case["access_key_id"], case["secret_key"], case["session_token"])
    with freeze_time(case["time"]):
        return MAKERS[case["kind"]](case, credentials)


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
