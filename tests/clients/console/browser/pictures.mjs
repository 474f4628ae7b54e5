// The pictures of the documentation, of a shop's broker: CONSOLE_PICTURES is the folder.
import { at, api, open, publish, signIn, withPage } from './browser.mjs'
import { eventually } from './cases.mjs'

const folder = process.env.CONSOLE_PICTURES
const size = { width: 1120, height: 640 }

await api('PUT', at('queues', '/', 'dead-letters'), { durable: true, arguments: { 'x-queue-type': 'quorum' } })
for (const queue of ['orders', 'invoices', 'mail', 'stock', 'thumbnails', 'audit', 'refunds']) {
  await api('PUT', at('queues', '/', queue), { durable: true, arguments: queue === 'orders' ? { 'x-max-length': 100000, 'x-dead-letter-exchange': 'dead' } : {} })
}
await api('PUT', at('exchanges', '/', 'shop'), { type: 'topic', durable: true })
for (const [queue, key] of [['orders', 'order.*'], ['invoices', 'order.paid'], ['mail', '#'], ['stock', 'order.*']]) {
  await api('POST', at('bindings', '/', 'e', 'shop', 'q', queue), { routing_key: key })
}
await api('PUT', at('policies', '/', 'a day'), { pattern: '^(mail|thumbnails)$', 'apply-to': 'queues', definition: { 'message-ttl': 86400000 } })
const order = (number) => JSON.stringify({ order: 4700 + number, customer: 'M. Okafor', total: 38.5, lines: [{ sku: 'tea-250', count: 2 }, { sku: 'pot', count: 1 }] })
for (let i = 0; i < 6; i++) {
  await api('POST', at('exchanges', '/', 'shop', 'publish'), {
    properties: { content_type: 'application/json', delivery_mode: 2, message_id: `m-${i}`, headers: { shop: 'north', attempt: 1 } },
    routing_key: i % 2 ? 'order.paid' : 'order.placed', payload: order(i), payload_encoding: 'string',
  })
}

const own = (...parts) => 'wharf/v1/' + at(...parts)
for (const [name, partitions] of [['orders', 3], ['payments', 3], ['clicks', 12], ['stock-changes', 6]]) await api('POST', own('topics'), { name, partitions })
for (let i = 0; i < 40; i++) {
  await api('POST', own('topics', 'orders', 'messages'), { key: `customer-${i % 7}`, value: order(i), headers: [{ name: 'shop', value: i % 2 ? 'north' : 'south' }] })
  if (i % 3 === 0) await api('POST', own('topics', 'payments', 'messages'), { key: `customer-${i % 7}`, value: JSON.stringify({ order: 4700 + i, paid: true }) })
}
for (const [group, topics] of [['invoicing', ['orders', 'payments']], ['shipping', ['orders']], ['analytics', ['clicks', 'orders']]]) {
  await api('POST', own('groups', group, 'offsets', 'reset'), { to: group === 'shipping' ? 'latest' : 'earliest', topics: topics.map((topic) => ({ topic })) })
}

/// What a morning looks like, in two minutes.
async function traffic(until) {
  for (let i = 0; !until(); i++) {
    const some = Math.round(12 + 9 * Math.sin(i / 40))
    for (let n = 0; n < some; n++) await publish('/', 'thumbnails', 'x', { properties: { delivery_mode: 1 } })
    const taken = Math.round(10 + 9 * Math.sin(i / 40 - 1.2))
    await api('POST', at('queues', '/', 'thumbnails', 'get'), { count: taken, ackmode: 'ack_requeue_false', encoding: 'auto' })
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

async function shot(page, name) {
  await page.mouse.move(0, 0)
  await page.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' })
}

await withPage(async (page) => {
  await signIn(page)
  await page.locator('.plot canvas').first().waitFor()
  const end = Date.now() + Number(process.env.CONSOLE_SECONDS ?? 100) * 1000
  await traffic(() => Date.now() > end)
  await shot(page, 'overview')
  await open(page, 'queues')
  await page.getByRole('link', { name: 'orders' }).waitFor()
  await shot(page, 'queues')
}, { viewport: size })
await withPage(async (page) => {
  await signIn(page, '#/queue/' + at('/', 'orders'))
  await page.locator('.entry').first().click()
  await page.getByLabel('Body', { exact: true }).waitFor()
  await eventually('storage is there', () => page.getByText('The oldest message').count())
  await shot(page, 'queue')
}, { viewport: { width: 1120, height: 760 }, colorScheme: 'dark' })
await withPage(async (page) => {
  await signIn(page, '#/topic/orders')
  await page.locator('.entry').nth(2).click()
  await page.getByLabel('Body', { exact: true }).waitFor()
  await shot(page, 'topic')
  await open(page, 'group', 'invoicing')
  await page.locator('.plot canvas').first().waitFor()
  await page.getByRole('button', { name: 'Reset offsets' }).click()
  await page.getByRole('dialog').getByLabel('To', { exact: true }).selectOption('latest')
  await page.getByRole('dialog').getByRole('button', { name: 'Preview' }).click()
  await page.getByRole('table', { name: 'What would change' }).waitFor()
  await shot(page, 'group')
}, { viewport: { width: 1120, height: 760 } })
process.exit(0)
