"""Makes tokens with the packages of AWS, Google and MongoDB.

Reads a list of cases in JSON from standard input, and writes the list of results. The clock is
stopped at the time of each case, and no network is used.
"""

import base64
import functools
import json
import os
import sys
from datetime import timedelta

# No configuration and no metadata service of this machine is used.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull

import awscli.customizations.codecommit as codecommit
import awscli.customizations.eks.get_token as get_token
import botocore.session
from aws_bedrock_token_generator import provide_token
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import CredentialProvider, Credentials
from botocore.signers import generate_db_auth_token
from freezegun import freeze_time
from google.auth import aws as google
from pymongo_auth_aws import auth as mongodb


class Provider(CredentialProvider):
    """Credentials that are there, for packages that look for them."""

    def __init__(self, credentials):
        super().__init__()
        self.credentials = credentials

    def load(self):
        return self.credentials


# A new client reads large files, so each is made once.
@functools.cache
def client(service, region, access_key_id, secret_key, session_token):
    return botocore.session.Session().create_client(
        service,
        region_name=region,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_key,
        aws_session_token=session_token,
    )


@functools.cache
def cluster_tokens(region, access_key_id, secret_key, session_token):
    """As `aws eks get-token` makes them, but for the reading of arguments."""
    session = botocore.session.Session()
    session.set_credentials(access_key_id, secret_key, session_token)
    sts = get_token.STSClientFactory(session).get_sts_client(region)
    return get_token.TokenGenerator(sts), get_token.GetTokenCommand(session)


def who(case):
    return case["region"], case["access_key_id"], case["secret_key"], case["session_token"]


def rds(case, credentials):
    return generate_db_auth_token(
        client("rds", *who(case)), case["host"], case["port"], case["user"], case["region"]
    )


def dsql(case, credentials):
    dsql = client("dsql", *who(case))
    make = dsql.generate_db_connect_admin_auth_token if case["admin"] else dsql.generate_db_connect_auth_token
    return make(case["host"], case["region"], case["expires_in"])


def elasticache(case, credentials):
    """No package makes these: AWS's documentation signs the URL with the SDK's query signer."""
    parameters = {"Action": "connect", "User": case["user"]}
    if case["serverless"]:
        parameters["ResourceType"] = "ServerlessCache"
    request = AWSRequest("GET", f"http://{case['cache']}/", params=parameters)
    SigV4QueryAuth(credentials, case["service"], case["region"], expires=900).add_auth(request)
    return request.url.removeprefix("http://")


def msk(case, credentials):
    make = MSKAuthTokenProvider.generate_auth_token_from_credentials_provider
    token, expires_at = make(case["region"], Provider(credentials))
    return [token, expires_at]


def eks(case, credentials):
    generator, command = cluster_tokens(*who(case))
    return [generator.get_token(case["cluster"]), command.get_expiration_time()]


def bedrock(case, credentials):
    return provide_token(case["region"], Provider(credentials), timedelta(seconds=case["expires_in"]))


def git(case, credentials):
    session = botocore.session.Session()
    session.set_credentials(credentials.access_key, credentials.secret_key, credentials.token)
    return codecommit.CodeCommitGetCommand(session).sign_request(case["region"], case["url"])


def google_cloud(case, credentials):
    url = f"https://sts.{case['region']}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    options = google.RequestSigner(case["region"]).get_request_options(
        google.AwsSecurityCredentials(credentials.access_key, credentials.secret_key, credentials.token),
        url,
        "POST",
        additional_headers={"x-goog-cloud-target-resource": case["resource"]},
    )
    return {name.lower(): value for name, value in options["headers"].items()}


def mongo_db(case, credentials):
    credential = mongodb.AwsCredential(credentials.access_key, credentials.secret_key, credentials.token)
    return mongodb._aws_auth_header(credential, base64.b64decode(case["nonce"]), case["host"])


MAKERS = {
    "rds": rds,
    "dsql": dsql,
    "elasticache": elasticache,
    "msk": msk,
    "eks": eks,
    "bedrock": bedrock,
    "codecommit": git,
    "google": google_cloud,
    "mongodb": mongo_db,
}


def run(case):
    credentials = Credentials(case["access_key_id"], case["secret_key"], case["session_token"])
    with freeze_time(case["time"]):
        return MAKERS[case["kind"]](case, credentials)


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
