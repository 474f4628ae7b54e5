// Every case of stompjs over WebSocket, and of WebSocket itself.
import { Client } from '@stomp/stompjs'
import { WebSocket } from 'ws'
import { equal, eventually, runCases, unique } from './cases.mjs'

const url = `ws://${process.env.WHARF_STOMP_WS}/ws`
const login = { host: '/', login: 'guest', passcode: 'guest' }

// A client that collects what comes; it ends with its case.
async function withClient(run, options = {}) {
  const client = new Client({ connectHeaders: login, reconnectDelay: 0, heartbeatIncoming: 0, heartbeatOutgoing: 0,
    webSocketFactory: () => new WebSocket(url, client.stompVersions.protocolVersions()), ...options })
  client.came = []
  client.errors = []
  client.onStompError = (frame) => client.errors.push(frame)
  client.activate()
  await eventually('connected', () => client.connected || client.errors.length > 0)
  try {
    await run(client)
  } finally {
    await client.deactivate()
  }
}

// Subscribed, and everything before that is done.
async function subscribed(client, destination, headers = {}) {
  const receipt = unique('receipt')
  let done = false
  client.watchForReceipt(receipt, () => { done = true })
  const subscription = client.subscribe(destination, (message) => client.came.push(message), { ...headers, receipt })
  await eventually('subscribed', () => done)
  return subscription
}

const until = (client, count) => eventually(`${count} messages`, () => client.came.length >= count)
const bodies = (client) => client.came.map((message) => message.body)

const ofStomp = (binary) => [
  ['messages arrive in order', () => withClient(async (client) => {
    const destination = `/queue/${unique('order')}`
    await subscribed(client, destination)
    for (let number = 0; number < 100; number++) client.publish({ destination, body: `${number}` })
    await until(client, 100)
    equal(bodies(client), Array.from({ length: 100 }, (_, number) => `${number}`))
  }, { forceBinaryWSFrames: binary })],

  ['text keeps every character', () => withClient(async (client) => {
    const destination = `/queue/${unique('text')}`
    await subscribed(client, destination)
    const body = '\u00e4\u20ac\u{1F69A}\n'
    client.publish({ destination, body, headers: { kind: 'a:b\nc\\d\u00e4' } })
    await until(client, 1)
    equal([client.came[0].body, client.came[0].headers.kind], [body, 'a:b\nc\\d\u00e4'])
  }, { forceBinaryWSFrames: binary })],

  ['what is not acknowledged comes back, and a transaction counts as a whole', () => withClient(async (client) => {
    const destination = `/queue/${unique('ack')}`
    await subscribed(client, destination, { ack: 'client-individual' })
    const aborted = client.begin()
    client.publish({ destination, body: 'dropped', headers: { transaction: aborted.id } })
    aborted.abort()
    const committed = client.begin()
    client.publish({ destination, body: '1', headers: { transaction: committed.id } })
    committed.commit()
    await until(client, 1)
    client.came[0].nack()
    await until(client, 2)
    client.came[1].ack()
    equal(client.came.map((message) => [message.body, message.headers.redelivered]), [['1', 'false'], ['1', 'true']])
  }, { forceBinaryWSFrames: binary })],
]

const ofWebSocket = [
  ['each version of STOMP has its subprotocol', async () => {
    for (const version of ['v10.stomp', 'v11.stomp', 'v12.stomp']) {
      const socket = new WebSocket(url, [version])
      await eventually('open', () => socket.readyState === WebSocket.OPEN)
      equal(socket.protocol, version)
      socket.close()
    }
  }],

  ['a ping is answered and a close too', async () => {
    const socket = new WebSocket(url, ['v12.stomp'])
    let pong, closed
    socket.on('pong', (data) => { pong = data.toString() })
    socket.on('close', (code) => { closed = code })
    await eventually('open', () => socket.readyState === WebSocket.OPEN)
    socket.ping('are you there')
    await eventually('a pong', () => pong)
    equal(pong, 'are you there')
    socket.close(1000)
    await eventually('closed', () => closed)
    equal(closed, 1000)
  }],

  ['a frame may be cut over several messages', async () => {
    const socket = new WebSocket(url, ['v12.stomp'])
    const came = []
    socket.on('message', (data) => came.push(data.toString()))
    await eventually('open', () => socket.readyState === WebSocket.OPEN)
    for (const part of ['CONN', 'ECT\naccept-version:1.2\nhost:/\nlogin:guest\npass', 'code:guest\n\n', '\0']) socket.send(part)
    await eventually('connected', () => came.join('').startsWith('CONNECTED'))
    socket.close()
  }],

  ['heart-beats keep a connection', () => withClient(async (client) => {
    const begun = Date.now()
    await eventually('three seconds', () => Date.now() - begun > 3500)
    const destination = `/queue/${unique('beats')}`
    await subscribed(client, destination)
    client.publish({ destination, body: 'still here' })
    await until(client, 1)
  }, { heartbeatIncoming: 1000, heartbeatOutgoing: 1000 })],
]

const isRabbitmq = process.env.WHARF_AGAINST === 'rabbitmq'
// RabbitMQ sends text frames only, which cannot hold them.
const binaryBodies = (binary) => isRabbitmq ? [] : [
  ['bodies keep every byte, also large ones', () => withClient(async (client) => {
    const destination = `/queue/${unique('bytes')}`
    await subscribed(client, destination)
    const small = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const large = Uint8Array.from({ length: 300_000 }, (_, place) => place % 251)
    for (const binaryBody of [small, large]) client.publish({ destination, binaryBody, headers: { 'content-type': 'application/octet-stream' } })
    await until(client, 2)
    equal(client.came.map((message) => Buffer.compare(Buffer.from(message.binaryBody), Buffer.from(message.binaryBody.length === 256 ? small : large))), [0, 0])
  }, { forceBinaryWSFrames: binary })],
]

const ofWharf = isRabbitmq ? [] : [
  ['pages of other sites may not connect', async () => {
    for (const [origin, wanted] of [['https://elsewhere.example', 403], ['null', 403], [`http://${process.env.WHARF_STOMP_WS}`, 101]]) {
      const socket = new WebSocket(url, ['v12.stomp'], { origin })
      let status
      socket.on('unexpected-response', (_, response) => { status = response.statusCode })
      socket.on('upgrade', () => { status = 101 })
      socket.on('error', () => {})
      await eventually('an answer', () => status)
      equal(status, wanted, origin)
      socket.terminate()
    }
  }],

  ['what is no WebSocket is told so', async () => {
    const plain = await fetch(`http://${process.env.WHARF_STOMP_WS}/ws`)
    equal([plain.status, plain.headers.get('sec-websocket-version')], [426, '13'])
    const socket = new WebSocket(url, ['mqtt'])
    let status
    socket.on('unexpected-response', (_, response) => { status = response.statusCode })
    socket.on('error', () => {})
    await eventually('an answer', () => status)
    equal(status, 400)
  }],

  ['a mistake is told, then the WebSocket closes in order', async () => {
    const socket = new WebSocket(url, ['v12.stomp'])
    let closed
    const came = []
    socket.on('message', (data) => came.push(data.toString()))
    socket.on('close', (code) => { closed = code })
    await eventually('open', () => socket.readyState === WebSocket.OPEN)
    socket.send('NOTHING\n\n\0')
    await eventually('closed', () => closed)
    equal([came.join('').startsWith('ERROR\n'), closed], [true, 1000])
  }],
]

const named = (kind, list) => list.map(([sentence, run]) => [`${kind}: ${sentence}`, run])
await runCases('stompjs', [...named('text frames', [...ofStomp(false), ...binaryBodies(false)]), ...named('binary frames', [...ofStomp(true), ...binaryBodies(true)]), ...named('WebSocket', [...ofWebSocket, ...ofWharf])])
