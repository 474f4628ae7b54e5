// With 10,000 queues: what a page costs the browser's thread, and how long it takes from a click to what was asked for.
import { runCases, unique } from './cases.mjs'
import { api, at, declare, heading, open, publish, signIn } from './browser.mjs'
import { eachStepIsQuick } from './page_time.mjs'

const kQueues = Number(process.env.CONSOLE_QUEUES ?? 10000)
const kAtOnce = 8  // the port has 64 connections, and the browser needs some

const vhost = unique('many')
const name = (i) => `queue-${String(i).padStart(5, '0')}`

async function fill() {
  await api('PUT', at('vhosts', vhost))
  let next = 0
  await Promise.all(Array.from({ length: kAtOnce }, async () => {
    while (next < kQueues) {
      const queue = name(next++)
      await declare(vhost, queue)
      await api('POST', at('bindings', vhost, 'e', 'amq.fanout', 'q', queue), {})
    }
  }))
  for (const [queue, messages] of [[name(7), 3], [name(kQueues - 1), 2]]) {
    for (let i = 0; i < messages; i++) await publish(vhost, queue, 'x')
  }
}

const first = (page, text) => page.waitForFunction((wanted) => document.querySelector('tbody a.name')?.textContent === wanted, text)
const press = (page, text) => () => page.getByRole('button', { name: text, exact: true }).click()

await fill()
await runCases('console with many queues', [
  [`lists, pages, orders, filters and search of ${kQueues} queues`, () => eachStepIsQuick(async (page, step) => {
    await signIn(page)
    await heading(page, 'Overview')
    await step('the list', () => open(page, 'queues'), () => first(page, name(0)))
    await step('the next page', press(page, 'Next'), () => first(page, name(100)))
    await step('the last page', press(page, 'Last'), () => first(page, name(kQueues - 100)))
    await step('by ready messages', press(page, 'Ready'), () => first(page, name(7)))
    await step('a filter', () => page.getByLabel('Name').fill('queue-0004'), () => page.getByText('of 10 (').waitFor())
    await step('a queue', () => open(page, 'queue', vhost, name(7)), () => page.locator('.entry').nth(2).waitFor())
    await step('exchanges', () => open(page, 'exchanges'), () => page.getByRole('link', { name: 'amq.topic' }).waitFor())
    await step('the default exchange', () => open(page, 'exchange', vhost, 'amq.default'), () => page.getByText(/^To each queue/).waitFor())
    await step('an exchange bound to all', () => open(page, 'exchange', vhost, 'amq.fanout'), () => page.getByText(/^1\u2013100 of 10.000/).waitFor())
    await step('the next of its bindings', press(page, 'Next'), () => page.getByRole('link', { name: name(100) }).waitFor())
    const search = page.getByRole('combobox', { name: /^Search/ })
    await step('search', () => page.keyboard.press('/'), () => search.waitFor())
    await step('what it finds', () => search.fill('queue-09'), () => page.getByRole('option', { name: name(9000) }).waitFor())
    await page.keyboard.press('Escape')
    await step('the overview', () => open(page, 'overview'), async () => {
      await page.locator('.plot canvas').first().waitFor()
      await page.getByRole('link', { name: /other queues/ }).waitFor()
    })
  }, { vhost })],
], 1)
