// Groups: their lag, and moving their offsets there and back.
import { equal, unique } from './cases.mjs'
import { api, at, heading, signIn, withPage } from './browser.mjs'
import { ownTopic } from './topics.mjs'

const said = (page, text) => page.locator('.said', { hasText: text }).waitFor()
const press = (place, name) => place.getByRole('button', { name, exact: true }).click()
const dialog = (page) => page.getByRole('dialog')
const groupAt = (name, ...more) => 'wharf/v1/' + at('groups', name, ...more)
const committed = async (name) => (await api('GET', groupAt(name, 'offsets'))).items.map(({ offset }) => offset)

/// A group that has read two messages of five in each of two partitions.
export async function ownGroup(value = '') {
  const messages = [0, 1].flatMap((partition) => Array.from({ length: 5 }, (_, i) => ({ partition, value: i + value, timestamp_ms: Date.now() - 60000 })))
  const topic = await ownTopic(2, messages)
  const name = unique('group')
  await api('POST', groupAt(name, 'offsets', 'reset'), { to: 'offset', offset: 2, topics: [{ topic }] })
  return { name, topic }
}

export default [
  ['groups are listed with their lag in messages and in time', async () => {
    const { name } = await ownGroup()
    await withPage(async (page) => {
      await signIn(page, '#/groups?name=' + name)
      await page.getByRole('row', { name: new RegExp(`${name} Empty 0 0 1 6 1 min`) }).waitFor()
      await page.getByRole('link', { name }).click()
      await heading(page, new RegExp(name))
      await page.locator('.plot canvas').first().waitFor()
      await page.getByRole('row', { name: / 0 2 5 3 1 min/ }).waitFor()
      await page.getByRole('link', { name: 'Members', exact: true }).click()
      await page.getByText('Nobody is in the group now.').waitFor()
      await page.getByRole('link', { name: 'Rebalances' }).click()
      await page.getByText('There was none').waitFor()
    })
  }],
  ['offsets are reset after a preview, and the reset is undone', async () => {
    const { name, topic } = await ownGroup()
    await withPage(async (page) => {
      await signIn(page, '#/group/' + name)
      await press(page, 'Reset offsets')
      await dialog(page).getByLabel('To', { exact: true }).selectOption('latest')
      await press(dialog(page), 'Preview')
      await dialog(page).getByRole('row', { name: `${topic} 0 2 5 +3` }).waitFor()
      equal(await committed(name), [2, 2])
      await dialog(page).getByLabel('To', { exact: true }).selectOption('shift')
      await dialog(page).getByLabel('Messages forward').fill('-1')
      await press(dialog(page), 'Preview')
      await dialog(page).getByRole('row', { name: `${topic} 1 2 1 \u22121` }).waitFor()
      await press(dialog(page), 'Reset')
      await said(page, '2 offsets moved.')
      equal(await committed(name), [1, 1])
      await press(page, 'Undo')
      await said(page, 'The offsets are as they were.')
      equal(await committed(name), [2, 2])
    })
  }],
  ['a reset of what is not there is refused in words', async () => {
    const { name } = await ownGroup()
    await withPage(async (page) => {
      await signIn(page, '#/group/' + name)
      await press(page, 'Reset offsets')
      await dialog(page).getByLabel('Topic').fill('no-such-topic')
      await press(dialog(page), 'Preview')
      await dialog(page).getByRole('alert').filter({ hasText: 'no-such-topic' }).waitFor()
      await dialog(page).getByLabel('To', { exact: true }).selectOption('time')
      await press(dialog(page), 'Preview')
      await dialog(page).getByRole('alert').filter({ hasText: 'The time is missing.' }).waitFor()
      await page.keyboard.press('Escape')
      await dialog(page).waitFor({ state: 'detached' })
    })
  }],
  ['a group is deleted', async () => {
    const { name } = await ownGroup()
    await withPage(async (page) => {
      await signIn(page, '#/group/' + name)
      await press(page, 'Delete the group')
      await press(dialog(page), 'Delete')
      await heading(page, 'Groups')
    })
    equal((await api('GET', 'wharf/v1/groups', undefined)).items.some((group) => group.name === name), false)
  }],
]
