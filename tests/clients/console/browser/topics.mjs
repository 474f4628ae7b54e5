// Topics, their partitions, settings and messages.
import { equal, unique } from './cases.mjs'
import { api, at, heading, open, signIn, withPage } from './browser.mjs'

const said = (page, text) => page.locator('.said', { hasText: text }).waitFor()
const press = (place, name) => place.getByRole('button', { name, exact: true }).click()
const dialog = (page) => page.getByRole('dialog')
const entries = (page) => page.locator('.entry')
const body = (page) => page.getByLabel('Body', { exact: true })

export const topicAt = (name, ...more) => 'wharf/v1/' + at('topics', name, ...more)
export const produce = (topic, message) => api('POST', topicAt(topic, 'messages'), message)

/// A topic of the case's own, with these messages.
export async function ownTopic(partitions, messages = []) {
  const name = unique('topic')
  await api('POST', 'wharf/v1/topics', { name, partitions })
  for (const message of messages) await produce(name, message)
  return name
}

const numbered = (count, more = () => ({})) => Array.from({ length: count }, (_, i) => ({ partition: 0, value: `number ${i}`, ...more(i) }))

export default [
  ['a topic is made, produced to, grown and deleted', async () => {
    const name = unique('made')
    await withPage(async (page) => {
      await signIn(page, '#/topics')
      await heading(page, /Topics/)
      await press(page, 'New topic')
      await dialog(page).getByLabel('Name').fill('no good')
      await press(dialog(page), 'Create')
      await dialog(page).getByRole('alert').filter({ hasText: 'letters, digits' }).waitFor()
      await dialog(page).getByLabel('Name').fill(name)
      await dialog(page).getByLabel('Partitions').fill('2')
      await dialog(page).getByLabel('Settings').fill('{"retention.ms": 3600000}')
      await press(dialog(page), 'Create')
      await heading(page, new RegExp(name))
      await page.getByText('There is nothing.').waitFor()
      await press(page, 'Produce a message')
      await dialog(page).getByLabel('Key').fill('k')
      await dialog(page).getByLabel('Value', { exact: true }).fill('{"n":12345678901234567890}')
      await dialog(page).getByLabel('Headers').fill('{"shop": "north"}')
      await press(dialog(page), 'Produce')
      await said(page, 'The message is kept: partition')
      await entries(page).filter({ hasText: '12345678901234567890' }).click()
      equal(await body(page).textContent(), '{\n  "n": 12345678901234567890\n}')
      await page.getByRole('row', { name: 'header shop north' }).waitFor()
      await press(page, 'Hex')
      equal((await body(page).textContent()).startsWith('00000000  7b 22 6e 22'), true)
      await press(page, 'Add partitions')
      await dialog(page).getByLabel('How many there shall be').fill('5')
      await press(dialog(page), 'Add')
      await said(page, 'The partitions are there.')
      await press(page, 'Empty it')
      await press(dialog(page), 'Empty')
      await said(page, 'The topic is empty.')
      await page.getByText('There is nothing.').waitFor()
      await press(page, 'Delete the topic')
      await dialog(page).getByLabel('Its name').fill('another')
      await press(dialog(page), 'Delete')
      await dialog(page).getByRole('alert').filter({ hasText: 'That is another name.' }).waitFor()
      await dialog(page).getByLabel('Its name').fill(name)
      await press(dialog(page), 'Delete')
      await heading(page, /Topics/)
    })
  }],
  ['topics come in pages, go by their names, and are sorted by size', async () => {
    const word = unique('list')
    for (let i = 0; i < 3; i++) await api('POST', 'wharf/v1/topics', { name: `${word}-${i}`, partitions: 1 })
    await produce(`${word}-1`, { value: 'x'.repeat(5000) })
    await withPage(async (page) => {
      await signIn(page, '#/topics?name=' + word)
      await page.getByText('1\u20133 of 3 (').waitFor()
      await press(page, 'Size')
      await page.waitForFunction((wanted) => document.querySelector('tbody a.name')?.textContent === wanted, `${word}-1`)
      await page.getByRole('link', { name: `${word}-1` }).click()
      await heading(page, new RegExp(`${word}-1`))
    })
  }],
  ['the newest messages come first and lead back', async () => {
    const name = await ownTopic(1, numbered(60))
    await withPage(async (page) => {
      await signIn(page, '#/topic/' + name)
      await entries(page).filter({ hasText: 'number 59' }).waitFor()
      equal(await entries(page).count(), 50)
      await press(page, 'Look on')
      await entries(page).filter({ hasText: 'number 0' }).waitFor()
      equal(await entries(page).count(), 60)
    })
  }],
  ['messages are found from an offset, from a time, by key, header and content, and the address says so', async () => {
    const name = await ownTopic(1, numbered(20, (i) => ({ key: `k${i % 5}`, headers: [{ name: 'shop', value: i % 2 ? 'north' : 'south' }], timestamp_ms: 1700000000000 + i * 1000 })))
    await withPage(async (page) => {
      await signIn(page, '#/topic/' + name)
      const form = page.getByRole('search', { name: 'Messages' })
      const look = async (fill, first, count) => {
        await fill()
        await press(form, 'Look')
        await page.waitForFunction(([text, wanted]) => {
          const all = [...document.querySelectorAll('.entry .preview')]
          return all.length === wanted && all[0].textContent === text
        }, [first, count])
      }
      await look(async () => { await form.getByLabel('From').selectOption('offset'); await form.getByLabel('Offset').fill('17') }, 'number 17', 3)
      await look(() => form.getByLabel('From').selectOption('oldest'), 'number 0', 20)
      await look(() => form.getByLabel('Key').fill('k3'), 'number 3', 4)
      await look(() => form.getByLabel("Header's value").fill('north'), 'number 3', 2)
      equal(new URL(page.url()).hash.includes('key=k3'), true)
      await page.reload()
      await entries(page).first().waitFor()
      equal(await entries(page).count(), 2)
      await look(async () => { await form.getByLabel('Key').fill(''); await form.getByLabel("Header's value").fill(''); await form.getByLabel('Value has').fill('number 1') }, 'number 1', 11)
      await form.getByLabel('Value has').fill('')
      await form.getByLabel('From').selectOption('time')
      await form.getByLabel('Time').fill('2040-01-01T00:00:01')
      await press(form, 'Look')
      await page.getByText('There is nothing.').waitFor()
    })
  }],
  ['a tombstone and bytes that are no text are shown as what they are', async () => {
    const name = await ownTopic(1, [{ key: 'gone', value: null }, { value: '/wBB', value_encoding: 'base64' }])
    await withPage(async (page) => {
      await signIn(page, '#/topic/' + name)
      await entries(page).filter({ hasText: 'tombstone' }).click()
      await page.getByText('A tombstone: what had this key is deleted.').waitFor()
      await entries(page).filter({ hasText: 'ff 00 41' }).click()
      equal((await body(page).textContent()).includes('ff 00 41'), true)
    })
  }],
  ['partitions tell where they begin and end', async () => {
    const name = await ownTopic(3, [...numbered(2), { partition: 2, value: 'x' }])
    await withPage(async (page) => {
      await signIn(page, '#/topic/' + at(name, 'partitions'))
      await page.getByText('1\u20133 of 3', { exact: true }).waitFor()
      await page.getByRole('row', { name: /^0 1 0 2 2 2 / }).waitFor()
      await press(page, 'Messages')
      equal(await page.getByRole('columnheader', { name: 'Messages' }).getAttribute('aria-sort'), 'descending')
    })
  }],
  ['a setting is set, refused in words, and left to the server again', async () => {
    const name = await ownTopic(1)
    await withPage(async (page) => {
      await signIn(page, '#/topic/' + at(name, 'settings') + '?name=retention.ms')
      await page.getByRole('button', { name: 'Change retention.ms', exact: true }).click()
      await dialog(page).getByLabel('Value').fill('soon')
      await press(dialog(page), 'Set')
      await dialog(page).getByRole('alert').waitFor()
      await dialog(page).getByLabel('Value').fill('1000')
      await press(dialog(page), 'Set')
      await page.getByRole('row', { name: /retention\.ms .* 1000 this topic/ }).waitFor()
      await page.getByRole('button', { name: 'Leave retention.ms to the server' }).click()
      await page.getByRole('row', { name: /retention\.ms .* 604800000 the default/ }).waitFor()
    })
    equal((await api('GET', topicAt(name))).retention_ms, 604800000)
  }],
  ['the server\'s settings say where they come from', () => withPage(async (page) => {
    await signIn(page, '#/settings')
    await page.getByLabel('Name').fill('log.segment.bytes')
    await page.getByRole('row', { name: /log\.segment\.bytes .* 1GiB the default/ }).waitFor()
  })],
  ['search finds a topic', async () => {
    const name = await ownTopic(1)
    await withPage(async (page) => {
      await signIn(page)
      await page.keyboard.press('/')
      await page.keyboard.type(name)
      await page.getByRole('option', { name: new RegExp(name) }).waitFor()
      await page.keyboard.press('Enter')
      await heading(page, new RegExp(name))
    })
  }],
  ['Enter opens what was typed, not what was found for fewer letters', async () => {
    const both = unique('twin')
    for (const end of ['-a', '-b']) await api('POST', 'wharf/v1/topics', { name: both + end, partitions: 1 })
    await withPage(async (page) => {
      await signIn(page)
      await page.route('**/wharf/v1/topics?*', async (route) => {
        const asked = new URL(route.request().url()).searchParams.get('name')
        if (asked === both) await route.continue() // more letters get no answer
      })
      await page.keyboard.press('/')
      await page.keyboard.type(both)
      await page.getByRole('option', { name: new RegExp(both) }).nth(1).waitFor()
      await page.keyboard.type('-b')
      await page.keyboard.press('Enter')
      await heading(page, new RegExp(both + '-b'))
    })
  }],
  ['hostile messages are shown, and do nothing', async () => {
    const nasty = '<img src=x onerror=alert(1)>'
    const name = await ownTopic(1, [{ key: nasty, value: nasty, headers: [{ name: nasty, value: nasty }] }])
    await withPage(async (page) => {
      await signIn(page, '#/topic/' + name)
      await entries(page).click()
      equal(await body(page).textContent(), nasty)
      equal(await page.locator('main img').count(), 0)
      await open(page, 'topic', nasty)
      await page.getByRole('alert').filter({ hasText: 'It is not there' }).waitFor()
    })
  }],
]
