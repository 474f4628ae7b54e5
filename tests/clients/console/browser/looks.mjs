// Keyboard, themes, narrow screens, and names that want to be more than names.
import { equal, eventually } from './cases.mjs'
import { ownGroup } from './groups.mjs'
import { api, at, declare, heading, kNarrow, open, ownVhost, publish, signIn, withPage } from './browser.mjs'

const kHostile = ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', "'; alert(1); //", '\u202egnp.exe', 'a/../../b?x=1&y=2#z', '%2e%2e%2f', '{{7*7}}', 'javascript:alert(1)', '__proto__']
const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor)

async function wideThings(page) {
  return page.evaluate(() => {
    const out = document.documentElement.scrollWidth - window.innerWidth
    return out <= 0 ? [] : [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1 && !one.closest('.scroll, .bar nav')).map((one) => one.outerHTML.slice(0, 120))
  })
}

export default [
  ['hostile names and bodies are shown, and do nothing', async () => {
    const vhost = await ownVhost('<b>"\'&')
    for (const name of kHostile) {
      await declare(vhost, name)
      await publish(vhost, name, name, { properties: { content_type: name, headers: { [name]: name } } })
      await api('PUT', at('exchanges', vhost, name), { type: 'fanout' })
      await api('POST', at('bindings', vhost, 'e', name, 'q', name), { routing_key: name, arguments: {} })
      await api('PUT', at('policies', vhost, name), { pattern: 'none', definition: { 'dead-letter-exchange': name }, 'apply-to': 'queues' })
    }
    await withPage(async (page) => {
      await signIn(page, '#/queues')
      await page.getByText(`1\u2013${kHostile.length} of ${kHostile.length}`, { exact: true }).waitFor()
      equal(await page.locator('tbody a.name').count(), kHostile.length)
      for (const name of kHostile) {
        await open(page, 'queue', vhost, name)
        const shown = name.replace('\u202e', '\\u202e')
        await page.getByRole('heading', { level: 1 }).filter({ hasText: shown }).waitFor()
        await page.locator('.entry').click()
        equal(await page.getByLabel('Body', { exact: true }).textContent(), name)
        await open(page, 'exchange', vhost, name)
        await page.getByRole('heading', { level: 1 }).filter({ hasText: shown }).waitFor()
      }
      for (const list of ['exchanges', 'policies', 'vhosts', 'users']) {
        await open(page, list)
        await page.getByRole('table').first().waitFor()
      }
      await page.keyboard.press('/')
      await page.getByRole('combobox', { name: /^Search/ }).fill('alert')
      await page.getByRole('option', { name: /onerror/ }).first().waitFor()
      equal(await page.locator('img, main script').count(), 0)
    }, { vhost })
  }],
  ['a name of dots only is refused in words, and nothing else is asked for', async () => {
    const vhost = await ownVhost()
    await withPage(async (page) => {
      await signIn(page)
      await open(page, 'queue', vhost, '..')
      await page.getByText('A browser cannot ask for something whose name is only dots').first().waitFor()
    })
  }],
  ['search is opened by /, finds a queue, and leads there, by keys alone', async () => {
    const vhost = await ownVhost()
    await declare(vhost, 'needle-in-the-hay')
    await withPage(async (page) => {
      await signIn(page)
      await page.keyboard.press('/')
      await page.keyboard.type('needle')
      await page.getByRole('option', { name: /needle-in-the-hay/ }).waitFor()
      await page.keyboard.press('Enter')
      await heading(page, /needle-in-the-hay/)
      equal(await page.evaluate(() => document.activeElement?.id), 'main')
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: /^Search/ }).waitFor()
      await page.keyboard.press('ArrowDown')
      equal(await page.locator('#hits [aria-selected=true]').textContent(), 'Topics page')
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      const typedInto = await page.evaluate(async () => {  // by the next key, however fast somebody types
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))
        await new Promise((done) => queueMicrotask(() => queueMicrotask(done)))
        return document.activeElement?.getAttribute('role')
      })
      equal(typedInto, 'combobox')
    }, { vhost })
  }],
  ['everything is reached by Tab, with the focus to be seen', async () => {
    const vhost = await ownVhost()
    await declare(vhost, 'jobs')
    await publish(vhost, 'jobs', '{}')
    await withPage(async (page) => {
      await signIn(page, '#/queue/' + at(vhost, 'jobs'))
      await page.locator('.entry').waitFor()
      await page.evaluate(() => document.body.focus())
      const wanted = await page.evaluate(() => [...document.querySelectorAll('a[href], button:not(:disabled), input, select')].length)
      const seen = new Set()
      let unseen = 0
      for (let i = 0; i < wanted + 5; i++) {
        await page.keyboard.press('Tab')
        const focus = await page.evaluate(() => {
          const here = document.activeElement
          if (!here || here === document.body) return null
          const all = [...document.querySelectorAll('*')]
          return { at: all.indexOf(here), outline: getComputedStyle(here).outlineStyle !== 'none' || here.matches('.plot, main') }
        })
        if (!focus) continue
        seen.add(focus.at)
        if (!focus.outline) unseen++
      }
      equal(seen.size >= wanted, true, `${seen.size} of ${wanted} reached`)
      equal(unseen, 0, 'focused without an outline')
    })
  }],
  ['colours follow the system, and the switch', () => withPage(async (page) => {
    await signIn(page)
    const light = await background(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await background(page)
    equal([light, dark], ['rgb(251, 251, 249)', 'rgb(21, 25, 27)'])
    await page.getByLabel('Colours').selectOption('light')
    equal(await background(page), light)
    await page.reload()
    await heading(page, 'Overview')
    equal(await background(page), light)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.getByLabel('Colours').selectOption('dark')
    equal(await background(page), dark)
  })],
  ['no page is wider than a narrow screen', async () => {
    const vhost = await ownVhost()
    const long = 'a-very-long-name-without-any-place-to-break-'.repeat(4)
    await declare(vhost, long, { 'x-max-length': 10 })
    await publish(vhost, long, 'x'.repeat(3000))
    const { name: group, topic } = await ownGroup(long)
    await withPage(async (page) => {
      await signIn(page)
      for (const [target, ...names] of [['overview'], ['topics'], ['topic', topic], ['topic', topic, 'partitions'], ['topic', topic, 'settings'], ['groups'], ['group', group], ['settings'], ['queues'], ['queue', vhost, long], ['exchanges'], ['exchange', vhost, 'amq.topic'], ['connections'], ['policies'], ['users'], ['user', 'guest'], ['tokens'], ['vhosts']]) {
        await open(page, target, ...names)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.waitForFunction(() => document.querySelector('.loading') === null)
        if (target === 'queue') await page.locator('.entry').click()
        if (target === 'topic' && names.length === 1) await page.locator('.entry').first().click()
        await eventually(`${target} fits`, async () => (await wideThings(page)).length === 0 || false, 3000)
          .catch(async () => { throw new Error(`${target} is too wide: ${await wideThings(page)}`) })
      }
    }, { viewport: kNarrow, vhost })
  }],
]
