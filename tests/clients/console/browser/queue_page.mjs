import { equal, eventually, unique } from './cases.mjs'
import { api, at, declare, heading, open, ownVhost, publish, signIn, withPage } from './browser.mjs'

export const count = async (vhost, queue) => (await api('GET', at('queues', vhost, queue))).messages
const entry = (page, text) => page.locator('.entry', { hasText: text })
const said = (page, text) => page.locator('.said', { hasText: text }).waitFor()
const press = (place, name) => place.getByRole('button', { name, exact: true }).click()
const dialog = (page) => page.getByRole('dialog')

/// A queue of the case's own with these bodies in it, and its page.
async function withQueue(bodies, drive) {
  const vhost = await ownVhost()
  await declare(vhost, 'jobs', { 'x-max-length': 1000 })
  for (const body of bodies) await publish(vhost, 'jobs', body)
  await withPage(async (page) => {
    await signIn(page, '#/queue/' + at(vhost, 'jobs'))
    await heading(page, /jobs/)
    await drive(page, vhost)
  })
}

export default [
  ['a queue shows its numbers, arguments and what keeps its disk', () => withQueue(['one', 'two'], async (page) => {
    await page.getByText('Ready', { exact: true }).waitFor()
    await page.getByRole('row', { name: 'x-max-length 1000' }).waitFor()
    await page.getByText(/The oldest message, at position \d+, came .* ago/).waitFor()
    await page.getByText('is ready: nobody has taken it yet').waitFor()
    await page.getByText('None but its own name in the default exchange.').waitFor()
  })],
  ['messages are looked at as JSON, text and bytes, and none is taken', () => withQueue(['{"n":12345678901234567890,"a":[1]}', 'make tea'], async (page, vhost) => {
    await entry(page, '12345678901234567890').click()
    equal(await page.getByLabel('Body', { exact: true }).textContent(), '{\n  "n": 12345678901234567890,\n  "a": [\n    1\n  ]\n}')
    await press(page, 'Hex')
    equal((await page.getByLabel('Body', { exact: true }).textContent()).startsWith('00000000  7b 22 6e 22'), true)
    await press(page, 'Text')
    equal(await page.getByLabel('Body', { exact: true }).textContent(), '{"n":12345678901234567890,"a":[1]}')
    await entry(page, '12345678901234567890').click()
    await entry(page, 'make tea').click()
    equal(await page.getByRole('button', { name: 'JSON' }).isDisabled(), true)
    equal(await count(vhost, 'jobs'), 2)
    const [first] = await api('POST', at('queues', vhost, 'jobs', 'get'), { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' })
    equal(first.redelivered, false)
  })],
  ['bytes that are no text are shown as bytes', async () => {
    const vhost = await ownVhost()
    await declare(vhost, 'jobs')
    await publish(vhost, 'jobs', Buffer.from([0xff, 0x00, 0x41]).toString('base64'), { payload_encoding: 'base64' })
    await withPage(async (page) => {
      await signIn(page, '#/queue/' + at(vhost, 'jobs'))
      await entry(page, 'ff 00 41').click()
      equal((await page.getByLabel('Body', { exact: true }).textContent()).includes('ff 00 41'), true)
      equal(await page.getByRole('button', { name: 'Text', exact: true }).isDisabled(), true)
    })
  }],
  ['a long queue is looked through piece by piece', () => withQueue(Array.from({ length: 45 }, (_, i) => `body ${i}`), async (page) => {
    await entry(page, 'body 19').waitFor()
    equal(await page.locator('.entry').count(), 20)
    await press(page, 'The next 20')
    await entry(page, 'body 39').waitFor()
    await press(page, 'The next 20')
    await entry(page, 'body 44').waitFor()
    equal(await page.locator('.entry').count(), 45)
  })],
  ['a message is published by hand, with headers, and is there at once', () => withQueue([], async (page) => {
    await page.getByText('Nothing is in the queue.').first().waitFor()
    await press(page, 'Publish a message')
    await dialog(page).getByLabel('Body', { exact: true }).fill('by hand')
    await dialog(page).getByLabel('Content type').fill('text/plain')
    await dialog(page).getByLabel('Headers').fill('{"shop": 7, ')
    await press(dialog(page), 'Publish')
    await dialog(page).getByRole('alert').filter({ hasText: 'Headers is a JSON object' }).waitFor()
    await dialog(page).getByLabel('Headers').fill('{"shop": 7}')
    await press(dialog(page), 'Publish')
    await said(page, 'The message is kept.')
    await entry(page, 'by hand').click()
    await page.getByRole('row', { name: 'header shop 7' }).waitFor()
    await page.getByRole('row', { name: 'content_type text/plain' }).waitFor()
  })],
  ['one message is dropped and one moved, the others stay', () => withQueue(['first', 'second', 'third'], async (page, vhost) => {
    const other = unique('other')
    await declare(vhost, other)
    await entry(page, 'second').click()
    await press(page, 'Move')
    await dialog(page).getByLabel('To the queue').fill('nowhere')
    await press(dialog(page), 'Move')
    await dialog(page).getByRole('alert').filter({ hasText: 'queue_not_found' }).waitFor()
    await dialog(page).getByLabel('To the queue').fill(other)
    await press(dialog(page), 'Move')
    await said(page, 'is moved.')
    equal(await count(vhost, other), 1)
    await entry(page, 'second').waitFor({ state: 'detached' })
    await entry(page, 'third').click()
    await press(page, 'Drop')
    await press(dialog(page), 'Drop')
    await said(page, 'is dropped.')
    await entry(page, 'third').waitFor({ state: 'detached' })
    equal(await count(vhost, 'jobs'), 1)
  })],
  ['a purge and a deletion ask first, and are cancelled by Escape', () => withQueue(['one', 'two'], async (page, vhost) => {
    await press(page, 'Purge')
    equal(await page.evaluate(() => document.activeElement?.textContent), 'Cancel')
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    equal(await count(vhost, 'jobs'), 2)
    await press(page, 'Purge')
    await press(dialog(page), 'Purge')
    await said(page, 'The queue is purged.')
    equal(await count(vhost, 'jobs'), 0)
    await press(page, 'Delete the queue')
    await press(dialog(page), 'Delete')
    await heading(page, 'Queues')
    await eventually('the queue is gone', async () => (await api('GET', at('queues', vhost))).length === 0)
  })],
  ['a queue that is not there is said', () => withPage(async (page) => {
    await signIn(page)
    await open(page, 'queue', '/', 'never-was')
    await page.getByRole('alert').filter({ hasText: 'It is not there' }).first().waitFor()
  })],
]
