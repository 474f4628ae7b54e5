// Consumers and queues: settling, prefetch, priorities, limits, expiry, dead letters.
import { equal, eventually, unique } from './cases.mjs'
import { bodies, consuming, next, ownQueue } from './connection.mjs'

export default ({ connect, withChannel, refused }) => {
  const send = (channel, queue, ...texts) => texts.forEach((text) => channel.sendToQueue(queue, Buffer.from(text)))
  const texts = (got) => got.map((message) => message.content.toString())

  return [
    ['a message taken by hand tells how many are left', withChannel(async (channel) => {
      const queue = await ownQueue(channel)
      equal(await channel.get(queue), false)
      send(channel, queue, 'a', 'b', 'c')
      const { fields } = await next(channel, queue)
      equal([fields.messageCount, fields.redelivered, fields.exchange, fields.routingKey], [2, false, '', queue])
      equal(await channel.purgeQueue(queue), { messageCount: 2 })
      equal(await channel.get(queue), false)
    })],

    ['what is given back comes again in its old place and says so', withChannel(async (channel) => {
      const queue = await ownQueue(channel)
      send(channel, queue, 'a', 'b', 'c')
      const [first, second] = [await next(channel, queue, {}), await next(channel, queue, {})]
      channel.nack(second, false, true)
      channel.reject(first, true)
      const again = await next(channel, queue)
      equal([again.content.toString(), again.fields.redelivered], ['a', true])
      equal(await bodies(channel, queue, 2), ['b', 'c'])
    })],

    ['what a closed channel had not acknowledged comes again', withChannel(async (channel, connection) => {
      const queue = await ownQueue(channel)
      send(channel, queue, 'a', 'b')
      const other = await connection.createChannel()
      await next(other, queue, {})
      other.ack(await next(other, queue, {}))
      await other.close()
      const again = await next(channel, queue)
      equal([again.content.toString(), again.fields.redelivered], ['a', true])
      await other.close().catch(() => {})
    })],

    ['recover gives back all that is not acknowledged', withChannel(async (channel) => {
      const queue = await ownQueue(channel)
      send(channel, queue, 'a')
      await next(channel, queue, {})
      await channel.recover()
      equal((await next(channel, queue)).fields.redelivered, true)
    })],

    ['rejected expired and crowded-out messages are dead-lettered with their story', withChannel(async (channel) => {
      const [dead, deadLetters] = [await ownQueue(channel), unique('dlx')]
      await channel.assertExchange(deadLetters, 'fanout', { durable: false, autoDelete: true })
      await channel.bindQueue(dead, deadLetters, '')
      const queue = await ownQueue(channel, { deadLetterExchange: deadLetters, maxLength: 1 })
      const story = async (reason, expected) => {
        const { properties, content } = await next(channel, dead)
        const [death] = properties.headers['x-death']
        equal([content.toString(), death.reason, death.queue, death.exchange, death['routing-keys'], death.count, death.time['!']],
          [reason, reason, queue, '', [queue], 1, 'timestamp'])
        equal([properties.headers['x-first-death-reason'], properties.headers['x-first-death-queue']], [reason, queue])
        equal([properties.expiration, death['original-expiration']], expected, 'expiration')
      }
      send(channel, queue, 'rejected')
      channel.nack(await next(channel, queue, {}), false, false)
      await story('rejected', [undefined, undefined])
      channel.sendToQueue(queue, Buffer.from('expired'), { expiration: '1' })
      await story('expired', [undefined, '1'])
      send(channel, queue, 'maxlen', 'stays')
      await story('maxlen', [undefined, undefined])
    })],

    ['a rejected message can be retried after a while by two queues', withChannel(async (channel) => {
      const [work, wait] = [unique('work'), unique('wait')]
      await ownQueueNamed(channel, work, { deadLetterExchange: '', deadLetterRoutingKey: wait })
      await ownQueueNamed(channel, wait, { deadLetterExchange: '', deadLetterRoutingKey: work, messageTtl: 20 })
      send(channel, work, 'x')
      for (const count of [undefined, 1, 2]) {
        const message = await next(channel, work, {})
        equal(message.properties.headers['x-death']?.find(({ reason }) => reason === 'rejected').count, count)
        channel.reject(message, false)
      }
    })],

    ['a queue of limited length drops its oldest or refuses the newest', async () => {
      const connection = await connect()
      const channel = await connection.createConfirmChannel()
      const dropping = await ownQueue(channel, { maxLength: 2 })
      send(channel, dropping, '1', '2', '3')
      await channel.waitForConfirms()
      equal(await bodies(channel, dropping, 2), ['2', '3'])
      const refusing = await ownQueue(channel, { maxLength: 2, arguments: { 'x-overflow': 'reject-publish' } })
      const confirms = []
      for (const text of ['1', '2']) channel.sendToQueue(refusing, Buffer.from(text), {}, (error) => confirms.push(error === null))
      await channel.waitForConfirms()
      channel.sendToQueue(refusing, Buffer.from('3'), {}, (error) => confirms.push(error === null))
      await eventually('the refusal', () => confirms.length === 3)
      equal(confirms, [true, true, false])
      equal(await bodies(channel, refusing, 2), ['1', '2'])
      await connection.close()
    }],

    ['of a burst a bounded queue refuses only what does not fit', async () => {
      const connection = await connect()
      const channel = await connection.createConfirmChannel()
      const queue = await ownQueue(channel, { maxLength: 3, arguments: { 'x-overflow': 'reject-publish' } })
      const taken = []
      for (let n = 0; n < 6; n++) channel.sendToQueue(queue, Buffer.from(`${n}`), {}, (error) => { taken[n] = error === null })
      await eventually('every answer', () => taken.filter((answer) => answer !== undefined).length === 6)
      equal(taken, [true, true, true, false, false, false])
      equal(await bodies(channel, queue, 3), ['0', '1', '2'])
      await connection.close()
    }],

    ['higher priorities come first', withChannel(async (channel) => {
      const queue = await ownQueue(channel, { maxPriority: 5 })
      for (const priority of [0, 5, 3, undefined, 4]) channel.sendToQueue(queue, Buffer.from(`${priority ?? 'none'}`), { priority })
      equal(await bodies(channel, queue, 5), ['5', '4', '3', '0', 'none'])
    })],

    ['a consumer gets no more than its prefetch until it acknowledges', withChannel(async (channel) => {
      const queue = await ownQueue(channel)
      await channel.prefetch(2)
      send(channel, queue, 'a', 'b', 'c', 'd')
      const { got } = await consuming(channel, queue, {})
      await eventually('two messages', () => got.length === 2)
      equal((await channel.checkQueue(queue)).messageCount, 2, 'those that wait')
      channel.ack(got[0])
      await eventually('a third', () => got.length === 3)
      equal((await channel.checkQueue(queue)).messageCount, 1, 'those that wait')
      equal(texts(got), ['a', 'b', 'c'])
    })],

    ['consumers share the prefetch of their channel', withChannel(async (channel) => {
      const [one, two] = [await ownQueue(channel), await ownQueue(channel)]
      await channel.prefetch(3, true)
      send(channel, one, 'a', 'b', 'c', 'd')
      send(channel, two, 'e', 'f', 'g', 'h')
      const [first, second] = [(await consuming(channel, one, {})).got, (await consuming(channel, two, {})).got]
      const delivered = () => first.length + second.length
      await eventually('three messages', () => delivered() === 3)
      for (let asked = 0; asked < 20; asked++) await channel.checkQueue(one)  // each an occasion to deliver too much
      equal(delivered(), 3)
      channel.ackAll()
      await eventually('three more', () => delivered() === 6)
    })],

    ['what the prefetch of a channel holds back others can have', withChannel(async (channel) => {
      const [one, two] = [await ownQueue(channel), await ownQueue(channel)]
      await channel.prefetch(1, true)
      send(channel, one, 'a')
      send(channel, two, 'b')
      const { got } = await consuming(channel, one, {})
      await eventually('a message', () => got.length === 1)
      await consuming(channel, two, {})
      equal((await channel.checkQueue(two)).messageCount, 1, 'those that wait')
    })],

    ['one consumer at a time gets the messages of a single-active queue', withChannel(async (channel) => {
      const queue = await ownQueue(channel, { arguments: { 'x-single-active-consumer': true } })
      const [first, second] = [await consuming(channel, queue), await consuming(channel, queue)]
      send(channel, queue, 'a', 'b')
      await eventually('both', () => first.got.length === 2)
      await channel.cancel(first.consumerTag)
      send(channel, queue, 'c')
      await eventually('the next one', () => second.got.length === 1)
      equal([texts(first.got), texts(second.got)], [['a', 'b'], ['c']])
    })],

    ['consumers of a higher priority are served first', withChannel(async (channel) => {
      const queue = await ownQueue(channel)
      const [low, high] = [await consuming(channel, queue, { noAck: true, priority: 1 }), await consuming(channel, queue, { noAck: true, priority: 9 })]
      send(channel, queue, 'a', 'b', 'c')
      await eventually('all', () => high.got.length === 3)
      equal(low.got, [])
    })],

    ['an exclusive consumer shares with nobody', withChannel(async (channel, connection) => {
      const queue = unique('q')
      await channel.assertQueue(queue, { autoDelete: true, durable: false })
      await consuming(channel, queue, { exclusive: true })
      const { code, text } = await refused(connection, (other) => other.consume(queue, () => {}))
      equal([code, text], [403, `ACCESS_REFUSED - queue '${queue}' in vhost '/' in exclusive use`])
    })],

    ['a consumer is told when its queue is deleted', withChannel(async (channel, connection) => {
      const queue = await ownQueue(channel)
      const { got } = await consuming(channel, queue)
      await (await connection.createChannel()).deleteQueue(queue)
      await eventually('the notice', () => got.length === 1)
      equal(got, [null])
    })],

    ['acknowledging twice closes the channel', withChannel(async (channel, connection) => {
      const queue = await ownQueue(channel)
      send(channel, queue, 'a')
      const { code, text } = await refused(connection, async (other) => {
        const message = await next(other, queue, {})
        other.ack(message)
        other.ack(message)
      })
      equal([code, text], [406, 'PRECONDITION_FAILED - unknown delivery tag 1'])
    })],

    ['arguments that make no sense are refused', withChannel(async (channel, connection) => {
      const asked = async (args) => {
        const { code, text } = await refused(connection, (other) => other.assertQueue(unique('q'), { exclusive: true, arguments: args }))
        return [code, text.replace(/q-[0-9a-f]{12}/, 'Q').slice(0, 80)]
      }
      equal(await asked({ 'x-message-ttl': -1 }), [406, "PRECONDITION_FAILED - invalid arg 'x-message-ttl' for queue 'Q' in vhost '/': {v"])
      equal(await asked({ 'x-max-priority': 256 }), [406, "PRECONDITION_FAILED - invalid arg 'x-max-priority' for queue 'Q' in vhost '/': {"])
      const expiration = await refused(connection, async (other) => other.sendToQueue(await ownQueue(channel), Buffer.from('x'), { expiration: 'soon' }))
      equal([expiration.code, expiration.text.startsWith("PRECONDITION_FAILED - invalid expiration 'soon'")], [406, true], expiration.text)
    })],
  ]

  async function ownQueueNamed(channel, name, options) {
    await channel.assertQueue(name, { exclusive: true, ...options })
  }
}
