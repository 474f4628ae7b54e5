// With 10,000 queues: how long a page keeps the browser's thread, and how long it takes from a click to what was asked for.
import { equal, runCases, unique } from './cases.mjs'
import { api, at, declare, heading, open, publish, signIn, withPage } from './browser.mjs'

const kQueues = Number(process.env.CONSOLE_QUEUES ?? 10000)
const kLongestTaskMs = 100
const kAtOnce = 8  // the port has 64 connections, and the browser needs some

const vhost = unique('many')
const name = (i) => `queue-${String(i).padStart(5, '0')}`

async function fill() {
  await api('PUT', at('vhosts', vhost))
  let next = 0
  await Promise.all(Array.from({ length: kAtOnce }, async () => {
    while (next < kQueues) await declare(vhost, name(next++))
  }))
  for (const [queue, messages] of [[name(7), 3], [name(kQueues - 1), 2]]) {
    for (let i = 0; i < messages; i++) await publish(vhost, queue, 'x')
  }
}

/// The longest time that the page's thread was not free, of all tasks since the page was opened.
const watchTasks = (page) => page.addInitScript(() => {
  window.longest = 0
  new PerformanceObserver((list) => { for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration) })
    .observe({ type: 'longtask', buffered: true })
})
const longestTask = (page) => page.evaluate(() => window.longest)

async function within(page, what, act, shown) {
  await page.evaluate(() => { window.longest = 0 })
  const begun = performance.now()
  await act()
  await shown()
  const passed = performance.now() - begun
  const longest = await longestTask(page)
  console.log(`     ${what}: shown after ${passed.toFixed(0)} ms, longest task ${longest.toFixed(0)} ms`)
  equal(longest <= kLongestTaskMs, true, `${what}: a task of ${longest} ms`)
}

const first = (page, text) => page.waitForFunction((wanted) => document.querySelector('tbody a.name')?.textContent === wanted, text)
const press = (page, text) => () => page.getByRole('button', { name: text, exact: true }).click()

await fill()
await runCases('console with many queues', [
  [`lists, pages, orders, filters and search of ${kQueues} queues`, () => withPage(async (page) => {
    await watchTasks(page)
    await signIn(page)
    await heading(page, 'Overview')
    await within(page, 'the list', () => open(page, 'queues'), () => first(page, name(0)))
    await within(page, 'the next page', press(page, 'Next'), () => first(page, name(100)))
    await within(page, 'the last page', press(page, 'Last'), () => first(page, name(kQueues - 100)))
    await within(page, 'by ready messages', press(page, 'Ready'), () => first(page, name(7)))
    await within(page, 'a filter', () => page.getByLabel('Name').fill('queue-0004'), () => page.getByText('of 10 (').waitFor())
    await within(page, 'a queue', () => open(page, 'queue', vhost, name(7)), () => page.locator('.entry').nth(2).waitFor())
    await within(page, 'exchanges', () => open(page, 'exchanges'), () => page.getByRole('link', { name: 'amq.topic' }).waitFor())
    await within(page, 'the default exchange', () => open(page, 'exchange', vhost, 'amq.default'), () => page.getByText(/^The first 500 of/).waitFor())
    await within(page, 'search', async () => { await page.keyboard.press('/'); await page.keyboard.type('queue-09') }, () => page.getByRole('option', { name: name(9000) }).waitFor())
    await page.keyboard.press('Escape')
    await within(page, 'the overview', () => open(page, 'overview'), () => page.locator('.plot canvas').first().waitFor())
  }, { vhost })],
], 1)
