// aws4 against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import aws4 from 'aws4'

const { keys, prefix } = JSON.parse(readFileSync(new URL('keys.json', import.meta.url)))
// JavaScript leaves `! ' ( ) *` as they are.
const path = (key) => key.split('/').map(encodeURIComponent).join('/')
const [endpoint, accessKeyId, secretAccessKey] = process.argv.slice(2)
const { hostname, port, host } = new URL(endpoint)

const send = (options) =>
  new Promise((resolve, reject) => {
    const request = http.request({ ...options, hostname, port }, (response) => {
      const pieces = []
      response.on('data', (piece) => pieces.push(piece))
      response.on('end', () => resolve([response.statusCode, Buffer.concat(pieces).toString()]))
    })
    request.on('error', reject)
    request.end(options.body)
  })
const call = (secretAccessKey, options) => {
  const request = { service: 's3', region: 'us-east-1', headers: { Host: host }, ...options }
  return send(aws4.sign(request, { accessKeyId, secretAccessKey }))
}
const expect = (what, is, should) => {
  if (is !== should) throw new Error(`${what}: ${is}, not ${should}`)
}

for (const [secret, good] of [[secretAccessKey, 200], ['wrong', 403]]) {
  for (const key of keys) {
    const where = `/aws4/${path(key)}`
    const [put, said] = await call(secret, { method: 'PUT', path: where, body: key })
    expect(`put ${key}: ${said}`, put, good)
    const [get, data] = await call(secret, { path: where })
    expect(`get ${key}`, get, good)
    if (good === 200) expect(`data of ${key}`, data, key)
    const url = await call(secret, { path: `${where}?X-Amz-Expires=60`, signQuery: true })
    expect(`get ${key} by URL: ${url[1]}`, url[0], good)
  }
  for (const space of ['%20', '+']) {
    const query = `list-type=2&prefix=${prefix.replace(' ', space)}`
    const [list, listed] = await call(secret, { path: `/aws4/?${query}` })
    expect(`list with ${space}: ${listed}`, list, good)
    if (good === 200) expect(`listed with ${space}`, listed.includes(`<Key>${prefix}/key</Key>`), true)
  }
}
console.log('good')
