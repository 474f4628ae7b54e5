// With 5,000 partitions in many topics and a group that read them all: what a page costs the browser's thread.
import { equal, runCases } from './cases.mjs'
import { api, at, heading, open, signIn } from './browser.mjs'
import { eachStepIsQuick } from './page_time.mjs'

const kTopics = 1000
const kPartitions = Number(process.env.CONSOLE_PARTITIONS ?? 5000)
const kAtOnce = 8

const name = (i) => `topic-${String(i).padStart(4, '0')}`

async function fill() {
  let next = 0
  await Promise.all(Array.from({ length: kAtOnce }, async () => {
    while (next < kTopics) await api('POST', 'wharf/v1/topics', { name: name(next++), partitions: 1 })
  }))
  await api('POST', 'wharf/v1/topics', { name: 'wide', partitions: kPartitions - kTopics })
  for (let i = 0; i < 60; i++) await api('POST', 'wharf/v1/' + at('topics', 'wide', 'messages'), { partition: i % 3, value: `message ${i}` })
  await api('POST', 'wharf/v1/' + at('groups', 'readers', 'offsets', 'reset'), { to: 'earliest', topics: [{ topic: 'wide' }] })
}

const first = (page, text) => page.waitForFunction((wanted) => document.querySelector('tbody a.name')?.textContent === wanted, text)
const press = (page, text) => () => page.getByRole('button', { name: text, exact: true }).click()
const cell = (page, text) => page.waitForFunction((wanted) => document.querySelector('tbody td')?.textContent === wanted, text)

await fill()
await runCases('console with many partitions', [
  [`topics, a topic and a group of ${kPartitions} partitions`, () => eachStepIsQuick(async (page, step) => {
    await signIn(page)
    await heading(page, 'Overview')
    await step('topics', () => open(page, 'topics'), () => first(page, name(0)))
    await step('the last page', press(page, 'Last'), () => page.getByRole('link', { name: 'wide', exact: true }).waitFor())
    await step('by partitions', press(page, 'Partitions'), async () => {
      await page.getByText(/^1\u2013100 of 1.001/).waitFor()
      await first(page, 'wide')
    })
    await step('a topic', () => open(page, 'topic', 'wide'), () => page.locator('.entry').first().waitFor())
    await step('its partitions', () => open(page, 'topic', 'wide', 'partitions'), () => cell(page, '0'))
    await step('the next page', press(page, 'Next'), () => cell(page, '100'))
    await step('groups', () => open(page, 'groups'), () => first(page, 'readers'))
    await step('a group', () => open(page, 'group', 'readers'), () => page.getByText(/of 4/).first().waitFor())
    await step('the overview', () => open(page, 'overview'), () => page.getByRole('link', { name: /other topics/ }).waitFor())
    await step('settings', () => open(page, 'settings'), () => page.getByText('data.dir').first().waitFor())
    equal(await page.locator('.failure').count(), 0)
  })],
], 1)
