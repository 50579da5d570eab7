"""Finds credentials with botocore: reads a list of environments from standard input, and writes a list
of results. Each home has a process of its own, because botocore reads the environment when it is
imported."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def find():
    import botocore.session

    try:
        credentials = botocore.session.Session().get_credentials()
        if credentials is None:
            return None
        keys = credentials.get_frozen_credentials()
        return {
            "AccessKeyId": keys.access_key,
            "SecretAccessKey": keys.secret_key,
            "SessionToken": keys.token,
            "AccountId": keys.account_id,
        }
    except Exception as error:  # Every refusal has a class of its own.
        return {"error": f"{type(error).__name__}: {error}"}


def find_in(environment):
    command = [sys.executable, __file__, "here"]
    result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(result.stdout)


if sys.argv[1:] == ["here"]:
    json.dump(find(), sys.stdout)
else:
    with ThreadPoolExecutor(2) as pool:
        json.dump(list(pool.map(find_in, json.load(sys.stdin))), sys.stdout)
