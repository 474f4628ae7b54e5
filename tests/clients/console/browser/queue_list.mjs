import { equal } from './cases.mjs'
import { declare, heading, ownVhost, publish, signIn, withPage } from './browser.mjs'

const names = (page) => page.locator('tbody a.name').allTextContents()
const shows = (page, text) => page.getByText(text, { exact: true }).waitFor()

export default [
  ['a virtual host without queues says what to do', async () => {
    const vhost = await ownVhost()
    await withPage(async (page) => {
      await signIn(page, '#/queues')
      await page.getByText('There are no queues yet.').waitFor()
    }, { vhost })
  }],
  ['queues come in pages, in the order that is asked for, and go by their names', async () => {
    const vhost = await ownVhost()
    for (let i = 0; i < 120; i++) await declare(vhost, `q-${String(i).padStart(3, '0')}`)
    await publish(vhost, 'q-077', 'one')
    await withPage(async (page) => {
      await signIn(page, '#/queues')
      await shows(page, '1\u2013100 of 120')
      await page.getByRole('button', { name: 'Next' }).click()
      await shows(page, '101\u2013120 of 120')
      equal((await names(page))[0], 'q-100')
      await page.getByRole('button', { name: 'Ready' }).click()
      await shows(page, '1\u2013100 of 120')
      equal((await names(page))[0], 'q-077')
      equal(await page.getByRole('columnheader', { name: 'Ready' }).getAttribute('aria-sort'), 'descending')
      await page.getByLabel('Name').fill('q-11')
      await shows(page, '1\u201310 of 10 (120 without the filter)')
      await page.goBack()
      await heading(page, 'Queues')
    }, { vhost })
  }],
  ['a page that is no more leads to the first, a pattern that is none is said', async () => {
    const vhost = await ownVhost()
    await declare(vhost, 'only')
    await withPage(async (page) => {
      await signIn(page, '#/queues?page=7')
      await shows(page, '1\u20131 of 1')
      await page.getByLabel('as a pattern (regex)').check()
      await page.getByLabel('Name').fill('(')
      await page.getByRole('alert').waitFor()
    }, { vhost })
  }],
]
