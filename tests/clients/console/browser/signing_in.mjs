import { equal } from './cases.mjs'
import { admin, heading, open, signIn, withPage } from './browser.mjs'

export default [
  ['a wrong password is said in words, without the browser\'s own dialog', () => withPage(async (page) => {
    await page.goto(admin + '/')
    await page.getByLabel('User').fill('guest')
    await page.getByLabel('Password').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'The name or the password is wrong' }).waitFor()
  })],
  ['who signs in sees the page that the address names, and stays signed in through a reload', () => withPage(async (page) => {
    await signIn(page, '#/queues')
    await heading(page, 'Queues')
    await page.reload()
    await heading(page, 'Queues')
  })],
  ['who signs out leaves nothing behind', () => withPage(async (page) => {
    await signIn(page)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Password').waitFor()
    equal(await page.evaluate(() => sessionStorage.getItem('wharf.session')), null)
    equal(await page.evaluate(() => document.cookie), '')
  })],
  ['the overview has totals, says that all is well, and draws', () => withPage(async (page) => {
    await signIn(page)
    await page.getByText('Clients are served, records are kept, no alarm.').waitFor()
    await page.getByText('Unacknowledged', { exact: true }).waitFor()
    await page.locator('.plot canvas').first().waitFor()
  })],
  ['an address that names no page says so', () => withPage(async (page) => {
    await signIn(page)
    await open(page, 'nowhere')
    await page.getByText('There is no page here.').waitFor()
  })],
]
