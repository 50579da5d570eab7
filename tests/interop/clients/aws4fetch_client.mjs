// aws4fetch against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.
import { readFileSync } from 'node:fs'
import { AwsClient } from 'aws4fetch'

const { keys, prefix } = JSON.parse(readFileSync(new URL('keys.json', import.meta.url)))
// JavaScript leaves `! ' ( ) *` as they are.
const path = (key) => key.split('/').map(encodeURIComponent).join('/')
const [endpoint, accessKeyId, secretAccessKey] = process.argv.slice(2)
const client = (secretAccessKey) =>
  new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1', retries: 0 })
const expect = (what, is, should) => {
  if (is !== should) throw new Error(`${what}: ${is}, not ${should}`)
}
const call = async (what, good, response) => {
  const text = await (await response).text()
  expect(`${what}: ${text}`, (await response).status, good)
  return good === 200 && text
}
for (const [secret, good] of [[secretAccessKey, 200], ['wrong', 403]]) {
  const aws = client(secret)
  for (const key of keys) {
    const where = `${endpoint}/aws4fetch/${path(key)}`
    await call(`put ${key}`, good, aws.fetch(where, { method: 'PUT', body: key }))
    const data = await call(`get ${key}`, good, aws.fetch(where))
    expect(`data of ${key}`, data, good === 200 && key)
    const url = await aws.sign(`${where}?X-Amz-Expires=60`, { aws: { signQuery: true } })
    await call(`get ${key} by URL`, good, fetch(url))
  }
  for (const space of ['%20', '+']) {
    const query = `list-type=2&prefix=${prefix.replace(' ', space)}`
    const listed = await call(`list with ${space}`, good, aws.fetch(`${endpoint}/aws4fetch/?${query}`))
    if (listed) expect(`listed with ${space}`, listed.includes(`<Key>${prefix}/key</Key>`), true)
  }
}
console.log('good')
