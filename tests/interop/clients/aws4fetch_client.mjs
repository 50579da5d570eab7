// aws4fetch against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.
import { AwsClient } from 'aws4fetch'

const [endpoint, accessKeyId, secretAccessKey] = process.argv.slice(2)
const client = (secretAccessKey) =>
  new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1', retries: 0 })
const status = async (secret, path, init) => (await client(secret).fetch(endpoint + path, init)).status
const expect = (what, is, should) => {
  if (is !== should) throw new Error(`${what}: ${is}, not ${should}`)
}
for (const [secret, good] of [[secretAccessKey, 200], ['wrong', 403]]) {
  expect('put', await status(secret, '/b/a%20key', { method: 'PUT', body: 'data' }), good)
  expect('get', await status(secret, '/b/a%20key'), good)
  expect('list', await status(secret, '/b/?list-type=2&prefix=a'), good)
  const url = await client(secret).sign(`${endpoint}/b/a%20key?X-Amz-Expires=60`, { aws: { signQuery: true } })
  expect('presigned', (await fetch(url)).status, good)
}
console.log('good')
