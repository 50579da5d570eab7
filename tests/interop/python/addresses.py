"""Resolves S3 addresses with botocore.

Reads a list of inputs in JSON from standard input, and writes the list of results: a URL with its
signing schemes, or an error. It uses no network, and no configuration of this machine.
"""

import json
import sys

import botocore.loaders
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError

LOADER = botocore.loaders.Loader()
PARTITIONS = LOADER.load_data("partitions")
PROVIDERS = {
    service: EndpointProvider(
        LOADER.load_service_model(service, "endpoint-rule-set-1"), PARTITIONS
    )
    for service in ("s3", "s3control")
}
NAMES = {
    "bucket": "Bucket",
    "region": "Region",
    "endpoint": "Endpoint",
    "path_style": "ForcePathStyle",
    "accelerate": "Accelerate",
    "dual_stack": "UseDualStack",
    "fips": "UseFIPS",
    "global_endpoint": "UseGlobalEndpoint",
    "use_arn_region": "UseArnRegion",
    "disable_mrap": "DisableMultiRegionAccessPoints",
    "disable_access_points": "DisableAccessPoints",
    "express_control": "UseS3ExpressControlEndpoint",
    "no_express_session": "DisableS3ExpressSessionAuth",
    "account_id": "AccountId",
    "requires_account_id": "RequiresAccountId",
    "access_point": "AccessPointName",
    "outpost_id": "OutpostId",
}


def resolve(case):
    provider = PROVIDERS[case.get("api", "s3")]
    parameters = {NAMES[name]: value for name, value in case.items() if name in NAMES}
    for name in ("Accelerate", "UseDualStack", "UseFIPS", "ForcePathStyle", "UseGlobalEndpoint"):
        parameters.setdefault(name, False)
    known = provider.ruleset.parameters
    try:
        found = provider.resolve_endpoint(
            **{name: value for name, value in parameters.items() if name in known}
        )
    except BotoCoreError as error:
        return {"error": str(error)}
    schemes = [
        {
            "scheme": {"sigv4-s3express": "s3express"}.get(scheme["name"], scheme["name"]),
            "service": scheme["signingName"],
            "region": scheme.get("signingRegion") or ",".join(scheme["signingRegionSet"]),
        }
        for scheme in found.properties.get("authSchemes", [])
    ]
    headers = {name: value for name, values in found.headers.items() for value in values}
    return {"url": found.url.rstrip("/"), "schemes": schemes, "headers": headers}


json.dump([resolve(case) for case in json.load(sys.stdin)], sys.stdout)
