// The pictures of the documentation, of a shop's broker while it works: CONSOLE_PICTURES is the folder, CONSOLE_SECONDS how long the plots are.
//
//   CONSOLE_PICTURES=$PWD/docs/pictures scripts/with-broker --data tests/clients/console/browser/run
import { readdirSync, statSync } from 'node:fs'
import { at, open, signIn, withPage } from './browser.mjs'
import { eventually } from './cases.mjs'
import { openShop } from './shop.mjs'

const kMostBytes = 1_000_000 // of all pictures together: the repository carries them for good
const folder = process.env.CONSOLE_PICTURES
const size = { width: 1120, height: 640 }
const high = { width: 1120, height: 760 }

async function shot(page, name) {
  await page.mouse.move(0, 0)
  await page.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' })
}

const flowing = (page) => eventually('it flows', async () => await page.locator('.way.busy').count() > 5)

const close_shop = await openShop()
await new Promise((resolve) => setTimeout(resolve, Number(process.env.CONSOLE_SECONDS ?? 100) * 1000))
for (const [name, colorScheme] of [['overview', 'light'], ['overview-dark', 'dark']]) {
  await withPage(async (page) => {
    await signIn(page)
    await page.locator('.plot canvas').first().waitFor()
    await flowing(page)
    await page.getByText('Clients are served, records are kept, no alarm.').waitFor()
    await page.waitForTimeout(3500) // groups' rates are of two answers
    await shot(page, name)
  }, { viewport: { width: 1120, height: 1000 }, colorScheme })
}
await withPage(async (page) => {
  await signIn(page, '#/queues')
  await page.getByRole('link', { name: 'orders' }).waitFor()
  await shot(page, 'queues')
  await open(page, 'connections')
  await page.getByText('back office').first().waitFor()
  await shot(page, 'connections')
  await open(page, 'groups')
  await page.getByRole('link', { name: 'invoicing' }).waitFor()
  await shot(page, 'groups')
}, { viewport: { width: 1120, height: 440 } })
await withPage(async (page) => {
  await signIn(page, '#/queue/' + at('/', 'orders'))
  await page.locator('.plot canvas').first().waitFor()
  await eventually('storage is there', () => page.getByText('The oldest message').count())
  await shot(page, 'queue')
}, { viewport: high, colorScheme: 'dark' })
await withPage(async (page) => {
  await signIn(page, '#/queue/' + at('/', 'dead-letters'))
  await page.locator('.entry').first().click()
  await page.getByLabel('Body', { exact: true }).waitFor()
  await page.getByRole('region', { name: 'Messages' }).scrollIntoViewIfNeeded()
  await page.evaluate(() => document.querySelector('section[aria-label=Messages]').scrollIntoView())
  await shot(page, 'messages')
}, { viewport: size })
await withPage(async (page) => {
  await signIn(page, '#/topic/orders')
  await page.locator('.entry').nth(2).click()
  await page.getByLabel('Body', { exact: true }).waitFor()
  await shot(page, 'topic')
  await open(page, 'group', 'invoicing')
  await page.locator('.plot canvas').first().waitFor()
  await page.getByRole('button', { name: 'Reset offsets' }).click()
  await page.getByRole('dialog').getByLabel('To', { exact: true }).selectOption('latest')
  await page.getByRole('dialog').getByRole('button', { name: 'Preview' }).click()
  await page.getByRole('table', { name: 'What would change' }).waitFor()
  await shot(page, 'group')
}, { viewport: high })
await close_shop()
const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(`${folder}/${name}`).size, 0)
console.log(`${folder}: ${Math.round(bytes / 1000)} kB`)
process.exit(bytes <= kMostBytes ? 0 : 1)
