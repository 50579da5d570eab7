// minio-js against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.

import assert from 'node:assert/strict'
import { Client } from 'minio'

const [endpoint, accessKey, secretKey] = process.argv.slice(2)
const { hostname, port } = new URL(endpoint)
const client = secretKey => new Client({
  endPoint: hostname, port: Number(port), useSSL: false, region: 'us-east-1', accessKey, secretKey,
})
const list = async stream => {
  const found = []
  for await (const one of stream) found.push(one)
  return found
}
const all = async stream => Buffer.concat(await list(stream))
const names = async stream => (await list(stream)).map(one => one.name ?? one.prefix)

const good = client(secretKey)
await good.makeBucket('minio-js')
const data = Buffer.alloc(20000, 'x')
await good.putObject('minio-js', 'a key+1', data, data.length, { 'X-Amz-Meta-Note': 'a b' })
assert.deepEqual(await all(await good.getObject('minio-js', 'a key+1')), data)
assert.equal((await all(await good.getPartialObject('minio-js', 'a key+1', 10, 5))).toString(), 'xxxxx')
assert.equal((await good.statObject('minio-js', 'a key+1')).metaData.note, 'a b')
await good.putObject('minio-js', 'é/b', 'short')
assert.deepEqual(await names(good.listObjects('minio-js', '', true)), ['a key+1', 'é/b'])
assert.deepEqual(await names(good.listObjectsV2('minio-js', '', false)), ['a key+1', 'é/'])
const id = await good.initiateNewMultipartUpload('minio-js', 'unfinished', {})
const unfinished = await list(good.listIncompleteUploads('minio-js', '', true))
assert.deepEqual(unfinished.map(one => [one.key, one.uploadId]), [['unfinished', id]])
await good.removeIncompleteUpload('minio-js', 'unfinished')
const url = await good.presignedGetObject('minio-js', 'é/b', 60)
assert.equal(await (await fetch(url)).text(), 'short')
assert.equal((await fetch(url.replace('/minio-js/', '/minio-jt/'))).status, 403)
await good.removeObjects('minio-js', ['a key+1', 'é/b'])
assert.deepEqual(await names(good.listObjects('minio-js', '', true)), [])
await assert.rejects(client('wrong').putObject('minio-js', 'k', 'data'), { code: 'SignatureDoesNotMatch' })
console.log('good')
