"""boto3 against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY."""

import sys, boto3, urllib.request, urllib.error
from botocore.client import Config
from botocore.exceptions import ClientError
end, kid, secret = sys.argv[1:4]
def client(secret, **c):
    return boto3.client("s3", endpoint_url=end, aws_access_key_id=kid, aws_secret_access_key=secret, region_name="us-east-1",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path", **c}, retries={"max_attempts": 0}))
def run(s):
    s.put_object(Bucket="b", Key="a key+1", Body=b"x"*20000, Metadata={"note": "a  b"})
    assert s.get_object(Bucket="b", Key="a key+1")["Body"].read() == b"x"*20000
    assert [o["Key"] for o in s.list_objects_v2(Bucket="b")["Contents"]]
    up = s.create_multipart_upload(Bucket="b", Key="m")["UploadId"]
    e = s.upload_part(Bucket="b", Key="m", UploadId=up, PartNumber=1, Body=b"y"*9000)["ETag"]
    s.complete_multipart_upload(Bucket="b", Key="m", UploadId=up, MultipartUpload={"Parts":[{"ETag":e,"PartNumber":1}]})
    assert s.get_object(Bucket="b", Key="m")["Body"].read() == b"y"*9000
    url = s.generate_presigned_url("get_object", Params={"Bucket":"b","Key":"m"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"y"*9000
    try: urllib.request.urlopen(url.replace("/m?", "/n?")); assert False
    except urllib.error.HTTPError as e: assert e.code == 403, e.code
for c in ({}, {"payload_signing_enabled": True}):
    run(client(secret, **c))
    try: run(client("wrong", **c)); assert False
    except ClientError as e: assert e.response["Error"]["Code"] == "SignatureDoesNotMatch", e.response
print("good")
