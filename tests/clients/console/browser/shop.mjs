// A shop's broker, for the pictures of the documentation: queues, topics, groups and dead letters, and traffic by AMQP, Kafka and MQTT
// that goes on until stop() is called.
import { spawn } from 'node:child_process'
import net from 'node:net'
import amqp from 'amqplib'
import { at, api } from './browser.mjs'

const own = (...parts) => 'wharf/v1/' + at(...parts)
const order = (number) => JSON.stringify({ order: 4700 + number, customer: 'M. Okafor', total: 38.5, lines: [{ sku: 'tea-250', count: 2 }, { sku: 'pot', count: 1 }] })
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function declareAll() {
  await api('PUT', at('exchanges', '/', 'shop'), { type: 'topic', durable: true })
  await api('PUT', at('exchanges', '/', 'dead'), { type: 'fanout', durable: true })
  await api('PUT', at('queues', '/', 'dead-letters'), { durable: true })
  await api('POST', at('bindings', '/', 'e', 'dead', 'q', 'dead-letters'), { routing_key: '', arguments: {} })
  for (const queue of ['orders', 'invoices', 'mail', 'stock', 'thumbnails', 'audit', 'refunds']) {
    const args = queue === 'invoices' ? { 'x-dead-letter-exchange': 'dead' } : queue === 'orders' ? { 'x-max-length': 100000 } : {}
    await api('PUT', at('queues', '/', queue), { durable: true, arguments: args })
  }
  for (const [queue, key] of [['orders', 'order.*'], ['invoices', 'order.paid'], ['mail', '#'], ['stock', 'order.*'], ['audit', 'order.paid']]) {
    await api('POST', at('bindings', '/', 'e', 'shop', 'q', queue), { routing_key: key })
  }
  await api('PUT', at('queues', '/', 'thermometers'), { durable: true })
  await api('POST', at('bindings', '/', 'e', 'amq.topic', 'q', 'thermometers'), { routing_key: 'shop.*.temp' })
  await api('PUT', at('policies', '/', 'a day'), { pattern: '^(mail|thumbnails)$', 'apply-to': 'queues', definition: { 'message-ttl': 86400000 } })
}

async function makeTopics() {
  for (const [name, partitions] of [['orders', 3], ['payments', 3], ['clicks', 12], ['stock-changes', 6]]) await api('POST', own('topics'), { name, partitions })
  for (let i = 0; i < 40; i++) {
    await api('POST', own('topics', 'orders', 'messages'), { key: `customer-${i % 7}`, value: order(i), headers: [{ name: 'shop', value: i % 2 ? 'north' : 'south' }] })
    if (i % 3 === 0) await api('POST', own('topics', 'payments', 'messages'), { key: `customer-${i % 7}`, value: JSON.stringify({ order: 4700 + i, paid: true }) })
  }
  for (const [group, topics] of [['invoicing', ['orders', 'payments']], ['shipping', ['orders']], ['analytics', ['clicks', 'orders']]]) {
    await api('POST', own('groups', group, 'offsets', 'reset'), { to: group === 'shipping' ? 'latest' : 'earliest', topics: topics.map((topic) => ({ topic })) })
  }
}

/// A few orders that invoicing could not read.
async function makeDeadLetters(channel) {
  for (let i = 0; i < 4; i++) {
    channel.publish('shop', 'order.paid', Buffer.from(order(i)), { contentType: 'application/json', persistent: true, messageId: `m-${i}`, headers: { shop: 'north', attempt: 1 } })
  }
  await wait(500)
  await api('POST', at('queues', '/', 'invoices', 'get'), { count: 4, ackmode: 'reject_requeue_false', encoding: 'auto' })
}

async function publishOrders(channel, stopped) {
  for (let i = 0; !stopped(); i++) {
    const some = Math.round(12 + 9 * Math.sin(i / 40))
    for (let n = 0; n < some; n++) {
      const key = n % 3 === 0 ? 'order.paid' : 'order.placed'
      channel.publish('shop', key, Buffer.from(order(i)), { contentType: 'application/json', persistent: true })
    }
    channel.sendToQueue('thumbnails', Buffer.from('{"picture": 7}'))
    await wait(200)
  }
}

/// Keeps up, but for `orders`, which is a little too slow.
async function consume(connection) {
  for (const [queue, slow_ms] of [['orders', 9], ['invoices', 0], ['mail', 0], ['stock', 0], ['thumbnails', 0], ['thermometers', 0]]) {
    const channel = await connection.createChannel()
    await channel.prefetch(20)
    await channel.consume(queue, async (message) => {
      if (slow_ms > 0) await wait(slow_ms * 40)
      try { channel.ack(message) } catch { /* it has ended */ }
    }, { consumerTag: `${queue}-worker` })
  }
}

const text16 = (text) => Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), Buffer.from(text)])
const packet = (type, body) => Buffer.concat([Buffer.from([type, body.length]), body])

async function measureTemperature(stopped) {
  const [host, port] = process.env.WHARF_MQTT.split(':')
  const socket = net.connect(Number(port), host)
  socket.on('error', () => undefined)
  socket.write(packet(0x10, Buffer.concat([text16('MQTT'), Buffer.from([4, 0xc2, 0, 60]), text16('thermometer-3'), text16('guest'), text16('guest')])))
  await new Promise((resolve) => socket.once('data', resolve))
  for (let i = 0; !stopped(); i++) {
    for (const room of ['kitchen', 'cellar']) socket.write(packet(0x30, Buffer.concat([text16(`shop/${room}/temp`), Buffer.from(String(20 + (i % 5) / 2))])))
    await wait(250)
  }
  socket.destroy()
}

/// By Kafka's own protocol, a line a record.
async function produceClicks(stopped) {
  const producers = ['clicks', 'orders'].map((topic) => spawn(process.env.WHARF, ['produce', '--bootstrap', process.env.WHARF_BOOTSTRAP, '--topic', topic], { stdio: ['pipe', 'ignore', 'ignore'] }))
  for (let i = 0; !stopped(); i++) {
    for (let n = 0; n < 40; n++) producers[0].stdin.write(`{"page":"/tea/${n}"}\n`)
    for (let n = 0; n < 6; n++) producers[1].stdin.write(order(i) + '\n')
    // Groups without members move on as their readers would have them.
    if (i % 10 === 9) {
      await api('POST', own('groups', 'analytics', 'offsets', 'reset'), { to: 'latest', topics: [{ topic: 'clicks' }] })
      await api('POST', own('groups', 'shipping', 'offsets', 'reset'), { to: 'latest' })
    }
    await wait(200)
  }
  for (const producer of producers) producer.stdin.end()
}

/// What goes on until the answer is called.
export async function openShop() {
  await declareAll()
  await makeTopics()
  const connect = (name) => amqp.connect(`amqp://guest:guest@${process.env.WHARF_AMQP}`, { clientProperties: { connection_name: name } })
  const [till, workers] = [await connect('till'), await connect('back office')]
  const channel = await till.createChannel()
  await makeDeadLetters(channel)
  await consume(workers)
  let over = false
  const going = [publishOrders(channel, () => over), measureTemperature(() => over), produceClicks(() => over)]
  return async () => {
    over = true
    await Promise.all(going)
    await till.close()
    await workers.close()
  }
}
