/**
 * Serves the built host, and beside it on one origin the real server: `node webhost/serve.mjs --folder dist
 * --server http://127.0.0.1:8000 --wechat http://127.0.0.1:9000 [--port 0]`. For the demo and tests only.
 *
 * `GET /__host/state` who may log in and how far the clock is moved; `PUT /__host/state` sets it;
 * `POST /__host/login {openid}` a login code of the stand-in WeChat; `POST /__host/subscribe {openid, template_id}` the user
 * accepts one message; `/api/…` goes to the server. The time of an answer is that of the page that asked (`Host-Shift-Ms`):
 * one opened before the clock was moved must not believe its own clock wrong.
 */

import { readFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

const { values: given } = parseArgs({
  options: { folder: { type: 'string' }, server: { type: 'string' }, wechat: { type: 'string' }, port: { type: 'string', default: '0' } },
})
let state = JSON.stringify({ people: [], shift_ms: 0 })

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/host.js': ['host.js', 'text/javascript; charset=utf-8'],
}
const server = http.createServer(async (request, response) => {
  const path = request.url.split('?')[0]
  if (FILES[path]) {
    const [name, type] = FILES[path]
    response.writeHead(200, { 'Content-Type': type, 'Content-Encoding': 'gzip', 'Cache-Control': 'no-store' })
    return response.end(gzipSync(readFileSync(join(given.folder, name))))
  }
  if (path === '/__host/state') {
    if (request.method === 'PUT') state = JSON.stringify(JSON.parse(await bodyOf(request)))
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    return response.end(state)
  }
  if (path === '/__host/login') return forward(given.wechat, '/_standin/codes', request, response)
  if (path === '/__host/subscribe') return forward(given.wechat, '/_standin/subscriptions', request, response)
  if (path.startsWith('/api/')) return forward(given.server, request.url, request, response)
  response.writeHead(404).end()
})

/** A connection for each request: one kept open is closed by the server at the very moment that it is used again. */
function forward(to, path, request, response) {
  const headers = { ...request.headers, ...(to === given.wechat ? { 'content-type': 'application/json' } : {}) }
  const shift = Number(headers['host-shift-ms'] ?? JSON.parse(state).shift_ms)
  delete headers.host
  delete headers['host-shift-ms']
  const onward = http.request(to + path, { method: request.method, headers, agent: false }, (answer) => {
    const shifted = new Date(Date.now() + shift).toUTCString()
    response.writeHead(answer.statusCode, { ...answer.headers, date: shifted })
    answer.pipe(response)
  })
  onward.on('error', () => response.headersSent || response.writeHead(502).end())
  request.pipe(onward)
}

async function bodyOf(request) {
  let text = ''
  for await (const part of request) text += part
  return text
}

server.listen(Number(given.port), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
process.on('SIGTERM', () => process.exit(0))
