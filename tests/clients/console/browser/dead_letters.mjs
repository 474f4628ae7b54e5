// Dead letters: why they came, by which way, and back they go. And messages found by a condition.
import { equal, eventually } from './cases.mjs'
import { api, at, declare, ownVhost, publish, signIn, withPage } from './browser.mjs'
import { count } from './queue_page.mjs'

const entry = (page, text) => page.locator('.entry', { hasText: text })
const said = (page, text) => page.locator('.said', { hasText: text }).waitFor()
const press = (place, name) => place.getByRole('button', { name, exact: true }).click()
const dialog = (page) => page.getByRole('dialog')

const kHome = "it's <b>jobs</b>"
const dead = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' }

/// A virtual host with these in `dead`: rejected in kHome.
async function withDead(bodies) {
  const vhost = await ownVhost()
  await declare(vhost, 'dead')
  await declare(vhost, kHome, dead)
  for (const body of bodies) await publish(vhost, kHome, body, { properties: { headers: { shop: 'north' } } })
  await api('POST', at('queues', vhost, kHome, 'get'), { count: bodies.length, ackmode: 'reject_requeue_false', encoding: 'auto' })
  await eventually('they are dead', async () => await count(vhost, 'dead') === bodies.length)
  return vhost
}

export default [
  ['a dead letter tells its path, and goes back to its queue', async () => {
    const vhost = await withDead(['first', 'second'])
    await withPage(async (page) => {
      await signIn(page, '#/queue/' + at(vhost, 'dead'))
      await entry(page, 'first').click()
      const path = page.getByRole('region', { name: 'How it came here' })
      const text = await path.getByRole('listitem').textContent()
      equal(text.startsWith(`${kHome}: a consumer rejected it, 1 time, first 20`), true, text)
      equal(text.endsWith(`; published by (default), key ${kHome}`), true, text)
      equal(await page.locator('main b').filter({ hasText: /^jobs$/ }).count(), 0)
      await press(page, `Send it back to ${kHome}`)
      await press(dialog(page), 'Send it back')
      await said(page, 'is back in its queue.')
      await entry(page, 'first').waitFor({ state: 'detached' })
      equal([await count(vhost, kHome), await count(vhost, 'dead')], [1, 1])
    })
  }],
  ['all that died in one queue go back at once, others stay', async () => {
    const vhost = await withDead(['a', 'b', 'c'])
    await declare(vhost, 'elsewhere', { ...dead, 'x-message-ttl': 1 })
    await publish(vhost, 'elsewhere', 'expired one')
    await eventually('four are dead', async () => await count(vhost, 'dead') === 4)
    await withPage(async (page) => {
      await signIn(page, '#/queue/' + at(vhost, 'dead'))
      await entry(page, 'expired one').click()
      await page.getByText('its time to live ended').waitFor()
      await entry(page, 'expired one').click()
      await page.locator('.entry').first().click()
      await press(page, `Send back all that died in ${kHome}`)
      await press(dialog(page), 'Send them back')
      await said(page, '3 messages sent back.')
      equal([await count(vhost, kHome), await count(vhost, 'dead')], [3, 1])
    })
  }],
  ['messages are found by a condition, a wrong one is said in words, and those that match are moved', async () => {
    const vhost = await ownVhost()
    await declare(vhost, 'jobs')
    await declare(vhost, 'north')
    for (let i = 0; i < 6; i++) await publish(vhost, 'jobs', `body ${i}`, { properties: { headers: { shop: i % 2 ? 'north' : 'south' } } })
    await withPage(async (page) => {
      await signIn(page, '#/queue/' + at(vhost, 'jobs'))
      await entry(page, 'body 5').waitFor()
      await page.getByLabel('Only where').fill("shop = 'north")
      await press(page, 'Show')
      await page.getByRole('alert').filter({ hasText: 'never closed' }).waitFor()
      await page.getByLabel('Only where').fill("shop = 'north'")
      await press(page, 'Show')
      await entry(page, 'body 0').waitFor({ state: 'detached' })
      equal(await page.locator('.entry').count(), 3)
      await press(page, 'Move those that match')
      await dialog(page).getByLabel('To the queue').fill('north')
      await press(dialog(page), 'Move')
      await said(page, '3 messages moved.')
      equal([await count(vhost, 'jobs'), await count(vhost, 'north')], [3, 3])
      await page.getByText('No message matches.').waitFor()
    })
  }],
]
