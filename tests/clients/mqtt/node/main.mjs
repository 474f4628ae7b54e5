// Every case of mqtt.js, in MQTT 3.1.1 and 5.0.
import mqtt from 'mqtt'
import { equal, eventually, runCases, unique } from './cases.mjs'

const url = process.env.WHARF_MQTT_URL

// A client that collects what comes; it ends with its case.
async function connected(version, options = {}) {
  const client = await mqtt.connectAsync(url, { protocolVersion: version, reconnectPeriod: 0, clientId: unique('c'), ...options })
  client.came = []
  client.on('message', (topic, payload, packet) => client.came.push({ topic, payload: payload.toString(), packet }))
  client.until = (count) => eventually(`${count} messages`, () => client.came.length >= count)
  return client
}

async function withClients(version, run, ...options) {
  const clients = await Promise.all(options.map((one) => connected(version, one)))
  try {
    await run(...clients)
  } finally {
    await Promise.all(clients.map((client) => client.endAsync()))
  }
}

const bodies = (client) => client.came.map((message) => message.payload)

const cases = (version) => [
  ['messages of each QoS arrive in order', () => withClients(version, async (subscriber, publisher) => {
    for (const qos of [0, 1, 2]) {
      const topic = unique('order')
      await subscriber.subscribeAsync(topic, { qos })
      subscriber.came.length = 0
      await Promise.all(Array.from({ length: 100 }, (_, number) => publisher.publishAsync(topic, `${number}`, { qos })))
      await subscriber.until(100)
      equal(bodies(subscriber), Array.from({ length: 100 }, (_, number) => `${number}`))
      equal(new Set(subscriber.came.map((message) => message.packet.qos)), new Set([qos]))
    }
  }, {}, {})],

  ['messages wait for a client that is away', () => withClients(version, async (publisher) => {
    const options = { clientId: unique('away'), clean: false, properties: version === 5 ? { sessionExpiryInterval: 600 } : undefined }
    const topic = unique('wait')
    const first = await connected(version, options)
    await first.subscribeAsync(topic, { qos: 1 })
    await first.endAsync()
    for (const number of [1, 2, 3]) await publisher.publishAsync(topic, `${number}`, { qos: 1 })
    const connacks = []
    const second = mqtt.connect(url, { protocolVersion: version, reconnectPeriod: 0, ...options })
    const came = []
    second.on('message', (_, payload) => came.push(payload.toString()))
    second.on('connect', (connack) => connacks.push(connack.sessionPresent))
    await eventually('three messages', () => came.length === 3)
    equal([connacks, came], [[true], ['1', '2', '3']])
    await second.endAsync()
  }, {})],

  ['a retained message is there for a later subscriber', () => withClients(version, async (publisher, subscriber) => {
    const topic = unique('kept')
    await publisher.publishAsync(topic, 'last', { qos: 1, retain: true })
    await subscriber.subscribeAsync(topic, { qos: 1 })
    await subscriber.until(1)
    equal([subscriber.came[0].payload, subscriber.came[0].packet.retain], ['last', true])
  }, {}, {})],

  ['a will is published when a client is cut off', () => withClients(version, async (watcher) => {
    const topic = unique('will')
    await watcher.subscribeAsync(topic, { qos: 1 })
    const cut = await connected(version, { will: { topic, payload: Buffer.from('gone'), qos: 1, retain: false } })
    cut.stream.destroy()
    await watcher.until(1)
    equal(bodies(watcher), ['gone'])
  }, {})],
]

const of5 = [
  ['properties arrive as they were published', () => withClients(5, async (peer) => {
    const topic = unique('properties')
    const properties = { payloadFormatIndicator: true, contentType: 'text/plain', responseTopic: 'answers', correlationData: Buffer.from([0, 255]),
      userProperties: { a: ['1', '2'], b: '3' } }
    await peer.subscribeAsync(topic, { qos: 1, properties: { subscriptionIdentifier: 5 } })
    await peer.publishAsync(topic, 'x', { qos: 1, properties })
    await peer.until(1)
    const came = peer.came[0].packet.properties
    equal({ ...came.userProperties }, { a: ['1', '2'], b: '3' })
    equal([came.contentType, came.responseTopic, came.correlationData, came.subscriptionIdentifier],
      ['text/plain', 'answers', Buffer.from([0, 255]), 5])
  }, {})],

  ['topic aliases of both sides stand for their topics', () => withClients(5, async (peer) => {
    const topic = unique('alias')
    await peer.subscribeAsync(topic, { qos: 1 })
    for (const number of [1, 2, 3]) await peer.publishAsync(topic, `${number}`, { qos: 1 })
    await peer.until(3)
    equal(peer.came.map((message) => [message.topic, message.payload]), [1, 2, 3].map((number) => [topic, `${number}`]))
  }, { autoUseTopicAlias: true, autoAssignTopicAlias: true, properties: { topicAliasMaximum: 10 } })],

  ['a question finds its answer', () => withClients(5, async (asker, answerer) => {
    const question = unique('question'), answer = unique('answer')
    await answerer.subscribeAsync(question, { qos: 1 })
    answerer.on('message', (_, payload, packet) => {
      const { responseTopic, correlationData } = packet.properties
      answerer.publish(responseTopic, `${payload}!`, { qos: 1, properties: { correlationData } })
    })
    await asker.subscribeAsync(answer, { qos: 1 })
    await asker.publishAsync(question, 'well', { qos: 1, properties: { responseTopic: answer, correlationData: Buffer.from('7') } })
    await asker.until(1)
    equal([asker.came[0].payload, asker.came[0].packet.properties.correlationData.toString()], ['well!', '7'])
  }, {}, {})],
]

const named = (version, list) => list.map(([sentence, run]) => [`MQTT ${version}: ${sentence}`, run])
await runCases(url.startsWith('ws') ? 'mqtt.js over WebSocket' : 'mqtt.js', [...named('3.1.1', cases(4)), ...named('5.0', [...cases(5), ...of5])])
