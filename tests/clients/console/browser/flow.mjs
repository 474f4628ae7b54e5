// The first page's picture of what flows.
import amqp from 'amqplib'
import { equal, eventually } from './cases.mjs'
import { api, at, declare, heading, kNarrow, ownVhost, signIn, withPage } from './browser.mjs'
import { ownTopic, produce } from './topics.mjs'

const kExchange = '<img src=x onerror=alert(1)>'

/// Messages all the time by kExchange into `jobs`, which somebody consumes.
async function withTraffic(drive) {
  const vhost = await ownVhost()
  await declare(vhost, 'jobs')
  await declare(vhost, 'apart')
  await api('PUT', at('exchanges', vhost, kExchange), { type: 'fanout' })
  await api('POST', at('bindings', vhost, 'e', kExchange, 'q', 'jobs'), { routing_key: '', arguments: {} })
  const connection = await amqp.connect(`amqp://guest:guest@${process.env.WHARF_AMQP}/${encodeURIComponent(vhost)}`)
  connection.on('error', () => undefined) // what is acknowledged while it closes
  const channel = await connection.createChannel()
  await channel.consume('jobs', (message) => channel.ack(message))
  const timer = setInterval(() => { for (let i = 0; i < 10; i++) channel.publish(kExchange, '', Buffer.from('x')) }, 50)
  try {
    await drive(vhost)
  } finally {
    clearInterval(timer)
    await channel.close()
    await connection.close()
  }
}

const picture = (page) => page.getByRole('group', { name: 'What flows' })
const box = (page, name) => picture(page).getByRole('link', { name })

export default [
  ['who publishes, by what, into which queue, to whom is drawn, with how much', () => withTraffic((vhost) => withPage(async (page) => {
    await signIn(page)
    await box(page, /^AMQP: .*connection/).waitFor()
    await box(page, /^jobs: queue, \d.* \/s in, \d+ waiting$/).waitFor()
    await eventually('it flows', () => page.locator('.way.busy').count())
    await eventually('the rate is written on a way', async () => (await page.locator('.flow-labels text').allTextContents()).some((text) => /\d \/s$/.test(text)))
    await box(page, /^Consumers/).waitFor()
    equal(await page.locator('main img').count(), 0)
    await box(page, /^<img src=x onerror=alert\(1\)>: exchange/).click()
    await heading(page, /onerror/)
  }, { vhost }))],
  ['every box is reached and opened by keys', () => withTraffic((vhost) => withPage(async (page) => {
    await signIn(page)
    await box(page, /^jobs:/).waitFor()
    for (let i = 0; i < 60 && await page.evaluate(() => !document.activeElement?.getAttribute('aria-label')?.startsWith('jobs:')); i++) await page.keyboard.press('Tab')
    equal(await page.evaluate(() => getComputedStyle(document.activeElement.querySelector('.shape')).strokeWidth), '3px')
    await page.keyboard.press('Enter')
    await heading(page, /jobs/)
  }, { vhost }))],
  ['a topic and its group are in it, and in a narrow place boxes stand below one another', async () => {
    const topic = await ownTopic(1)
    for (let i = 0; i < 3; i++) await produce(topic, { value: 'x' })
    await api('POST', 'wharf/v1/' + at('groups', topic, 'offsets', 'reset'), { to: 'earliest', topics: [{ topic }] })
    await withPage(async (page) => {
      await signIn(page)
      await page.locator('.thing.group').first().waitFor()
      const tops = await page.locator('.thing .shape').evaluateAll((shapes) => shapes.map((shape) => Math.round(shape.getBoundingClientRect().top)))
      equal(new Set(tops).size > 1, true)
      equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true)
    }, { viewport: kNarrow })
  }],
  ['plots begin with what the server remembers', () => withTraffic((vhost) => withPage(async (page) => {
    await eventually('the server has samples of it', async () => {
      const overview = await api('GET', 'overview?lengths_age=3600&lengths_incr=5&msg_rates_age=3600&msg_rates_incr=5')
      return overview.message_stats.publish_details.avg_rate > 0
    })
    await signIn(page)
    await page.locator('.plot canvas').first().waitFor()
    await page.getByText(/^published \d/).or(page.getByText(/ published \d/)).first().waitFor()
    await page.getByText('The last hour, as far as the server has seen it.').waitFor()
  }, { vhost }))],
]
