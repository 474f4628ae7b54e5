// A broker of the case's own on a data folder, started anew after a stop and after a kill: where the suite's broker is on one too.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { equal } from './cases.mjs'
import { bodies } from './connection.mjs'

async function serve(folder) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WHARF_')))  // they are settings to it
  const broker = spawn(process.env.WHARF, ['serve', '--data', folder, '--free-ports'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const [ready] = await once(createInterface(broker.stdout), 'line')
  return { broker, address: JSON.parse(ready).listeners.amqp }
}

async function end(broker, signal) {
  if (broker.exitCode !== null || broker.signalCode !== null) return
  const ended = once(broker, 'exit')
  broker.kill(signal)
  await ended
}

export default ({ connect }) => {
  const survives = (signal) => async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wharf-restart-'))
    let { broker, address } = await serve(folder)
    try {
      const before = await connect(address)
      before.on('error', () => {})  // the broker goes
      const channel = await before.createConfirmChannel()
      await channel.assertExchange('orders', 'topic')
      await channel.assertQueue('kept', { arguments: { 'x-max-length': 500 } })
      await channel.assertQueue('transient', { durable: false })
      await channel.bindQueue('kept', 'orders', 'order.#')
      for (let n = 0; n < 100; n++) channel.publish('orders', 'order.new', Buffer.from(`${n}`), { persistent: true })
      await channel.waitForConfirms()
      for (let n = 0; n < 10; n++) channel.ack(await channel.get('kept'))
      await channel.checkQueue('kept')  // the acknowledgements have arrived
      await end(broker, signal)

      ;({ broker, address } = await serve(folder))
      const after = await connect(address)
      const again = await after.createConfirmChannel()
      again.on('error', () => {})
      const left = (await again.assertQueue('kept', { arguments: { 'x-max-length': 500 } })).messageCount
      // An acknowledgement has no answer: a kill may bring acknowledged messages back, a stop may not.
      equal(signal === 'SIGTERM' ? left === 90 : left >= 90 && left <= 100, true, `${left} messages left`)
      again.publish('orders', 'order.last', Buffer.from('last'), { persistent: true })
      await again.waitForConfirms()
      equal((await bodies(again, 'kept', left + 1)).slice(-91), [...Array.from({ length: 90 }, (_, n) => `${n + 10}`), 'last'])
      equal(await again.checkQueue('transient').catch((error) => error.code), 404, 'a transient queue')
      await after.close()
    } finally {
      await end(broker, 'SIGKILL')
      await rm(folder, { recursive: true })
    }
  }

  if (process.env.WHARF_STORE !== 'data') return []
  return [
    ['durable queues and their persistent messages are there after a restart', survives('SIGTERM')],
    ['durable queues and their persistent messages are there after a kill', survives('SIGKILL')],
  ]
}
