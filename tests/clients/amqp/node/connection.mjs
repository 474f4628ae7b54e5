// What every case needs of a version of amqplib: connections that end with the case, and what a channel was closed for.
import { equal, unique } from './cases.mjs'

export const url = (address) => `amqp://guest:guest@${address}/?heartbeat=30`

export function client(library) {
  const connect = (address = process.env.WHARF_AMQP) => library.connect(url(address))

  // A case with a connection and a channel of its own.
  const withChannel = (run) => async () => {
    const connection = await connect()
    const broken = []
    connection.on('error', (error) => broken.push(error))
    try {
      await run(await connection.createChannel(), connection)
    } finally {
      await connection.close().catch(() => {})
    }
  }

  // What the broker closes a channel with when it is asked for this: the code and the sentence.
  async function refused(connection, action) {
    const channel = await connection.createChannel()
    const closed = new Promise((resolve) => channel.on('error', resolve))
    const asked = Promise.resolve(action(channel)).then((value) => ({ value }), (error) => ({ error }))
    const error = await Promise.race([closed, asked.then((end) => end.error ? closed : new Promise(() => {}))])
    return { code: error.code, text: error.message.match(/message "(.*)"$/)?.[1] }
  }

  return { library, connect, withChannel, refused }
}

// A queue of the case's own, gone with its connection.
export async function ownQueue(channel, options = {}) {
  return (await channel.assertQueue(unique('q'), { exclusive: true, ...options })).queue
}

// The next message of a queue, waited for.
export async function next(channel, queue, options = { noAck: true }) {
  for (const end = Date.now() + 20000; Date.now() < end;) {
    const message = await channel.get(queue, options)
    if (message) return message
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`no message in ${queue} within 20 s`)
}

export async function bodies(channel, queue, count) {
  const read = []
  while (read.length < count) read.push((await next(channel, queue)).content.toString())
  equal((await channel.checkQueue(queue)).messageCount, 0, `what is left in ${queue}`)
  return read
}

// Consumes into a list, which is given back with the consumer's tag. A notice that the consumer was cancelled is a null.
export async function consuming(channel, queue, options = { noAck: true }) {
  const got = []
  const { consumerTag } = await channel.consume(queue, (message) => got.push(message), options)
  return { got, consumerTag }
}
