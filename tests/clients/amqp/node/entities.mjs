// Exchanges, bindings and queues: what is declared, how messages find their way, and what is refused with which words.
import { equal, eventually, unique } from './cases.mjs'
import { bodies, consuming, ownQueue } from './connection.mjs'

export default ({ connect, withChannel, refused }) => {
  const exchange = async (channel, type, options = {}) =>
    (await channel.assertExchange(unique(type), type, { autoDelete: true, durable: false, ...options })).exchange

  return [
    ['a queue is named by the broker where the client leaves the name out', withChannel(async (channel) => {
      const { queue, messageCount, consumerCount } = await channel.assertQueue('', { exclusive: true })
      equal([queue.startsWith('amq.gen-'), messageCount, consumerCount], [true, 0, 0])
    })],

    ['direct fanout topic and headers exchanges route as they are bound', withChannel(async (channel) => {
      const [direct, fanout, topic, headers] =
        [await exchange(channel, 'direct'), await exchange(channel, 'fanout'), await exchange(channel, 'topic'), await exchange(channel, 'headers')]
      const queue = await ownQueue(channel)
      await channel.bindQueue(queue, direct, 'red')
      await channel.bindQueue(queue, fanout, '')
      await channel.bindQueue(queue, topic, 'stock.*.#')
      await channel.bindQueue(queue, headers, '', { 'x-match': 'all', kind: 'report', pages: 3 })
      channel.publish(direct, 'red', Buffer.from('direct'))
      channel.publish(direct, 'blue', Buffer.from('lost'))
      channel.publish(fanout, 'anything', Buffer.from('fanout'))
      channel.publish(topic, 'stock.nyse.ibm.high', Buffer.from('topic'))
      channel.publish(topic, 'stock', Buffer.from('lost'))
      channel.publish(headers, '', Buffer.from('headers'), { headers: { kind: 'report', pages: 3, more: true } })
      channel.publish(headers, '', Buffer.from('lost'), { headers: { kind: 'report' } })
      equal(await bodies(channel, queue, 4), ['direct', 'fanout', 'topic', 'headers'])
    })],

    ['exchanges are bound to exchanges and unbound', withChannel(async (channel) => {
      const [source, target, queue] = [await exchange(channel, 'topic'), await exchange(channel, 'fanout'), await ownQueue(channel)]
      await channel.bindQueue(queue, target, '')
      await channel.bindExchange(target, source, 'a.#')
      channel.publish(source, 'a.b', Buffer.from('1'))
      equal(await bodies(channel, queue, 1), ['1'])
      await channel.bindExchange(target, source, 'other')
      await channel.unbindExchange(target, source, 'a.#')
      channel.publish(source, 'a.b', Buffer.from('2'))
      channel.publish(source, 'other', Buffer.from('3'))
      equal(await bodies(channel, queue, 1), ['3'])
    })],

    ['a message that several bindings lead to one queue is in it once', withChannel(async (channel) => {
      const [topic, queue] = [await exchange(channel, 'topic'), await ownQueue(channel)]
      await channel.bindQueue(queue, topic, '#')
      await channel.bindQueue(queue, topic, 'a.*')
      channel.publish(topic, 'a.b', Buffer.from('once'))
      equal(await bodies(channel, queue, 1), ['once'])
    })],

    ['what an exchange cannot route goes to its alternate', withChannel(async (channel) => {
      const [alternate, queue] = [await exchange(channel, 'fanout'), await ownQueue(channel)]
      await channel.bindQueue(queue, alternate, '')
      const direct = unique('direct')
      await channel.assertExchange(direct, 'direct', { durable: false, alternateExchange: alternate })
      channel.publish(direct, 'nowhere', Buffer.from('found'))
      equal(await bodies(channel, queue, 1), ['found'])
      await channel.deleteExchange(direct)
    })],

    ['a mandatory message without a queue comes back before its confirm', async () => {
      const connection = await connect()
      const channel = await connection.createConfirmChannel()
      const seen = []
      channel.on('return', (message) => seen.push([message.fields.replyCode, message.fields.replyText, message.content.toString()]))
      channel.publish('amq.direct', unique('nowhere'), Buffer.from('back'), { mandatory: true }, () => seen.push('confirmed'))
      await channel.waitForConfirms()
      equal(seen, [[312, 'NO_ROUTE', 'back'], 'confirmed'])
      await connection.close()
    }],

    ['an exclusive queue is locked to others and goes with its connection', withChannel(async (channel, connection) => {
      const owner = await connect()
      const queue = await ownQueue(await owner.createChannel())
      const { code, text } = await refused(connection, (other) => other.checkQueue(queue))
      equal(code, 405)
      equal(text.startsWith(`RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '${queue}' in vhost '/'`), true, text)
      await owner.close()
      const gone = await refused(connection, (other) => other.checkQueue(queue))
      equal([gone.code, gone.text], [404, `NOT_FOUND - no queue '${queue}' in vhost '/'`])
    })],

    ['an auto-delete queue goes with its last consumer and an auto-delete exchange with its last binding',
      withChannel(async (channel, connection) => {
        const [topic, queue] = [await exchange(channel, 'topic'), unique('q')]
        await channel.assertQueue(queue, { autoDelete: true, durable: false })
        await channel.bindQueue(queue, topic, '#')
        const { consumerTag } = await consuming(channel, queue)
        await channel.cancel(consumerTag)
        equal((await refused(connection, (other) => other.checkQueue(queue))).code, 404)
        equal((await refused(connection, (other) => other.checkExchange(topic))).code, 404)
      })],

    ['a queue or exchange declared anew in another way is refused with what differs', withChannel(async (channel, connection) => {
      const queue = await ownQueue(channel, { arguments: { 'x-max-length': 5 } })
      const longer = await refused(connection, (other) => other.assertQueue(queue, { exclusive: true, arguments: { 'x-max-length': 6 } }))
      equal([longer.code, longer.text], [406, `PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue '${queue}' in vhost '/': ` +
        "received '6' but current is '5'"])
      const fanout = await exchange(channel, 'fanout')
      const direct = await refused(connection, (other) => other.assertExchange(fanout, 'direct', { autoDelete: true, durable: false }))
      equal([direct.code, direct.text], [406, `PRECONDITION_FAILED - inequivalent arg 'type' for exchange '${fanout}' in vhost '/': ` +
        "received 'direct' but current is 'fanout'"])
    })],

    ['what does not exist is not found', withChannel(async (channel, connection) => {
      const name = unique('missing')
      const asked = async (action) => Object.values(await refused(connection, action))
      const missing = [404, `NOT_FOUND - no exchange '${name}' in vhost '/'`]
      equal(await asked((other) => other.checkExchange(name)), missing)
      equal(await asked((other) => other.publish(name, '', Buffer.from('x'))), missing)
      equal(await asked((other) => other.get(name)), [404, `NOT_FOUND - no queue '${name}' in vhost '/'`])
      equal(await asked((other) => other.consume(name, () => {})), [404, `NOT_FOUND - no queue '${name}' in vhost '/'`])
      equal(await channel.deleteQueue(name), { messageCount: 0 }, 'deleting what is not there')
      await channel.deleteExchange(name)
    })],

    ['names of the broker and the default exchange are not for clients', withChannel(async (channel, connection) => {
      const own = await refused(connection, (other) => other.assertExchange('amq.mine', 'direct'))
      equal([own.code, own.text.startsWith('ACCESS_REFUSED')], [403, true], own.text)
      const queue = await refused(connection, (other) => other.assertQueue('amq.mine'))
      equal([queue.code, queue.text.startsWith('ACCESS_REFUSED')], [403, true], queue.text)
      const name = await ownQueue(channel)
      const bound = await refused(connection, (other) => other.bindQueue(name, '', 'key'))
      equal([bound.code, bound.text.startsWith('ACCESS_REFUSED')], [403, true], bound.text)
    })],

    ['a queue with consumers or messages is kept when it is only to go unused or empty', withChannel(async (channel, connection) => {
      const queue = unique('q')
      await channel.assertQueue(queue, { durable: false })
      channel.sendToQueue(queue, Buffer.from('x'))
      await eventually('the message', async () => (await channel.checkQueue(queue)).messageCount === 1)
      const full = await refused(connection, (other) => other.deleteQueue(queue, { ifEmpty: true }))
      equal([full.code, full.text], [406, `PRECONDITION_FAILED - queue '${queue}' in vhost '/' not empty`])
      const { consumerTag } = await consuming(channel, queue)
      const used = await refused(connection, (other) => other.deleteQueue(queue, { ifUnused: true }))
      equal([used.code, used.text], [406, `PRECONDITION_FAILED - queue '${queue}' in vhost '/' in use`])
      await channel.cancel(consumerTag)
      await channel.deleteQueue(queue, { ifUnused: true, ifEmpty: true })
    })],

    ['many channels of one connection work side by side', withChannel(async (channel, connection) => {
      const channels = await Promise.all(Array.from({ length: 200 }, () => connection.createConfirmChannel()))
      const queue = await ownQueue(channel)
      await Promise.all(channels.map(async (one, n) => {
        one.sendToQueue(queue, Buffer.from(`${n}`))
        await one.waitForConfirms()
      }))
      equal(new Set(await bodies(channel, queue, 200)).size, 200)
      await Promise.all(channels.map((one) => one.close()))
    })],
  ]
}
