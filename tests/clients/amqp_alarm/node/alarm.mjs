// Who publishes is told and waits, who does not goes on.
import today from 'amqplib'
import old from 'amqplib-old'
import { equal, runCases, unique } from './cases.mjs'
import { client } from './connection.mjs'

const suite = ({ connect, withChannel }) => [
  ['a publisher is told why it waits', withChannel(async (channel) => {
    const queue = unique('q')
    await channel.assertQueue(queue, { autoDelete: true })
    const connection = await connect()
    const reason = new Promise((resolve) => connection.on('blocked', resolve))
    connection.on('error', () => {})
    const publisher = await connection.createConfirmChannel()
    let confirmed = false
    publisher.sendToQueue(queue, Buffer.from('x'), {}, () => { confirmed = true })
    equal(await reason, 'low on memory')
    await new Promise((resolve) => setTimeout(resolve, 500))
    equal([confirmed, (await channel.checkQueue(queue)).messageCount], [false, 0])
    connection.connection.stream.destroy()  // nobody would hear a close
    await channel.deleteQueue(queue)
  })],

  ['who does not publish goes on', withChannel(async (channel, connection) => {
    connection.on('blocked', () => { throw new Error('told') })
    const { queue } = await channel.assertQueue('', { exclusive: true })
    const { consumerTag } = await channel.consume(queue, () => {})
    equal((await channel.checkQueue(queue)).consumerCount, 1)
    await channel.cancel(consumerTag)
    equal(await channel.get(queue), false)
  })],
]

const of = (version, library) => suite(client(library)).map(([sentence, run]) => [`${version}: ${sentence}`, run])

await runCases('amqplib', [...of('2.3.1', today), ...of('0.10.5', old)])
