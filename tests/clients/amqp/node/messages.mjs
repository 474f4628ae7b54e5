// Messages on their way: confirms, properties and headers as they were sent, large bodies.
import { randomBytes } from 'node:crypto'
import { equal, unique } from './cases.mjs'
import { consuming, next, ownQueue } from './connection.mjs'

export default ({ connect, withChannel }) => {
  async function roundTrip(channel, content, options) {
    const queue = await ownQueue(channel)
    channel.sendToQueue(queue, content, options)
    return next(channel, queue)
  }

  const large = (megabytes) => withChannel(async (channel) => {
    const body = randomBytes(megabytes << 20)
    const { content } = await roundTrip(channel, body)
    equal(content.length, body.length)
    equal(content.equals(body), true, 'the same bytes')
  })

  return [
    ['every publish of a burst is confirmed and arrives in order', async () => {
      const connection = await connect()
      const channel = await connection.createConfirmChannel()
      const queue = unique('q')
      await channel.assertQueue(queue)
      let confirmed = 0
      for (let n = 0; n < 2000; n++) channel.sendToQueue(queue, Buffer.from(`${n}`), { persistent: true }, (error) => { confirmed += error === null })
      await channel.waitForConfirms()
      equal(confirmed, 2000)
      const got = []
      await new Promise((resolve) => channel.consume(queue, (message) => {
        if (!message) return  // the queue's end, below
        got.push(message.content.toString())
        if (got.length === 2000) resolve(channel.ack(message, true))
      }))
      equal(got, Array.from({ length: 2000 }, (_, n) => `${n}`))
      equal((await channel.deleteQueue(queue)).messageCount, 0, 'all were acknowledged')
      await connection.close()
    }],

    ['all properties come back as they were sent', withChannel(async (channel) => {
      const sent = {
        contentType: 'application/json', contentEncoding: 'gzip', deliveryMode: 2, priority: 4, correlationId: 'c-1',
        replyTo: 'answers', expiration: '60000', messageId: 'm-1', timestamp: 1700000000, type: 'order', userId: 'guest', appId: 'shop',
      }
      const { persistent, ...options } = { ...sent, persistent: true }
      const { properties } = await roundTrip(channel, Buffer.from('{}'), { ...options, persistent })
      for (const [name, value] of Object.entries(sent)) equal(properties[name], value, name)
    })],

    ['typed headers come back as they were sent', withChannel(async (channel) => {
      const headers = {
        text: 'caf\u00e9', long: 'x'.repeat(3000), yes: true, no: false, small: 7, negative: -70000, big: 2 ** 40, half: 0.5, nothing: null,
        nested: { list: [1, 'two', { three: null }], empty: {} }, none: [], bytes: Buffer.from([0, 255, 1]),
        price: { '!': 'decimal', value: { digits: 1999, places: 2 } }, at: { '!': 'timestamp', value: 1700000000 },
        float: { '!': 'float', value: 0.25 }, short: { '!': 'short', value: -300 }, byte: { '!': 'byte', value: -5 },
      }
      const { properties } = await roundTrip(channel, Buffer.from('x'), { headers })
      equal(properties.headers, {
        ...headers, float: 0.25, short: -300, byte: -5,
      })
    })],

    ['an empty message is a message', withChannel(async (channel) => {
      equal((await roundTrip(channel, Buffer.alloc(0))).content.length, 0)
    })],

    ['a message of 1 MB comes back as it was sent', large(1)],
    ['a message of 20 MB comes back as it was sent', large(20)],

    ['bodies around the largest frame come back as they were sent', withChannel(async (channel) => {
      for (const size of [4087, 4088, 4089, 8176, 8177, 131063, 131064, 131065]) {
        const body = randomBytes(size)
        equal((await roundTrip(channel, body)).content.equals(body), true, `${size} bytes`)
      }
    })],

    ['requests are answered by direct reply-to from another connection', withChannel(async (channel) => {
      const { got } = await consuming(channel, 'amq.rabbitmq.reply-to')
      const requests = unique('requests')
      const connection = await connect()
      const server = await connection.createChannel()
      await server.assertQueue(requests, { autoDelete: true })
      await server.consume(requests, ({ content, properties: { replyTo, correlationId } }) =>
        server.sendToQueue(replyTo, Buffer.concat([content, Buffer.from('!')]), { correlationId }), { noAck: true })
      for (let n = 0; n < 200; n++) {
        channel.sendToQueue(requests, Buffer.from(`${n}`), { replyTo: 'amq.rabbitmq.reply-to', correlationId: `c${n}` })
      }
      for (const end = Date.now() + 20000; got.length < 200 && Date.now() < end;) await new Promise((resolve) => setTimeout(resolve, 10))
      equal(got.map(({ content, properties }) => [content.toString(), properties.correlationId]),
        Array.from({ length: 200 }, (_, n) => [`${n}!`, `c${n}`]))
      await connection.close()
    })],

    ['a message goes to the queues of its CC and BCC headers too', withChannel(async (channel) => {
      const [to, cc, bcc] = [await ownQueue(channel), await ownQueue(channel), await ownQueue(channel)]
      channel.publish('', to, Buffer.from('x'), { CC: [cc], BCC: [bcc] })
      for (const queue of [to, cc, bcc]) {
        const { fields, properties } = await next(channel, queue)
        equal([fields.routingKey, properties.headers], [to, { CC: [cc] }])
      }
    })],
  ]
}
