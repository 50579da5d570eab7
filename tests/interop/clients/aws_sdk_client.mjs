// The AWS SDK for JavaScript v3 against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.

import assert from 'node:assert/strict'
import {
  CompleteMultipartUploadCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteObjectCommand,
  GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client, UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'

const [endpoint, accessKeyId, secret] = process.argv.slice(2)
const client = secretAccessKey => new S3Client({
  endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey },
})
const good = client(secret)
const Bucket = 'aws-sdk-js'
await good.send(new CreateBucketCommand({ Bucket }))

// By default the SDK adds a CRC32 of the body.
const data = 'x'.repeat(20000)
await good.send(new PutObjectCommand({ Bucket, Key: 'a key+é(1)', Body: data, Metadata: { note: 'a b' } }))
const got = await good.send(new GetObjectCommand({ Bucket, Key: 'a key+é(1)' }))
assert.equal(await got.Body.transformToString(), data)
const head = await good.send(new HeadObjectCommand({ Bucket, Key: 'a key+é(1)' }))
assert.equal(head.Metadata.note, 'a b')
const part = await good.send(new GetObjectCommand({ Bucket, Key: 'a key+é(1)', Range: 'bytes=10-14' }))
assert.equal(await part.Body.transformToString(), 'xxxxx')

const Key = 'in parts'
const { UploadId } = await good.send(new CreateMultipartUploadCommand({ Bucket, Key }))
const { ETag } = await good.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: data }))
const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
await good.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }))
const listed = await good.send(new ListObjectsV2Command({ Bucket }))
assert.deepEqual(listed.Contents.map(one => one.Key), ['a key+é(1)', Key])

const url = await getSignedUrl(good, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 })
assert.equal(await (await fetch(url)).text(), data)
assert.equal((await fetch(url.replace('in%20parts', 'in%20other'))).status, 403)

await good.send(new DeleteObjectCommand({ Bucket, Key }))
const bad = client('wrong').send(new PutObjectCommand({ Bucket, Key, Body: data }))
await assert.rejects(bad, { name: 'SignatureDoesNotMatch' })
console.log('good')
