// Exchanges, delayed messages, policies, users, virtual hosts.
import { equal, unique } from './cases.mjs'
import { admin, api, at, declare, heading, open, ownVhost, publish, signIn, withPage } from './browser.mjs'
import { count } from './queue_page.mjs'

const said = (page, text) => page.locator('.said', { hasText: text }).waitFor()
const press = (place, name) => place.getByRole('button', { name, exact: true }).click()
const dialog = (page) => page.getByRole('dialog')

export default [
  ['an exchange is made, bound, published to, unbound and deleted', async () => {
    const vhost = await ownVhost()
    await declare(vhost, 'jobs')
    await withPage(async (page) => {
      await signIn(page, '#/exchanges')
      await page.getByRole('link', { name: '(default)' }).waitFor()
      await press(page, 'New exchange')
      await dialog(page).getByLabel('Name').fill('shop')
      await dialog(page).getByLabel('Type').selectOption('topic')
      await press(dialog(page), 'Create')
      await heading(page, /shop/)
      await page.getByText('There are none.').first().waitFor()
      await press(page.locator('p', { has: page.getByRole('button', { name: 'Bind' }) }).first(), 'Bind')
      await dialog(page).getByLabel('Named').fill('jobs')
      await dialog(page).getByLabel('Routing key').fill('order.#')
      await press(dialog(page), 'Bind')
      await page.getByRole('row', { name: 'queue jobs order.#' }).waitFor()
      for (const [key, answer] of [['order.1', 'The message is kept.'], ['elsewhere', 'No queue took the message']]) {
        await press(page, 'Publish a message')
        await dialog(page).getByLabel('Routing key').fill(key)
        await dialog(page).getByLabel('Body', { exact: true }).fill('x')
        await press(dialog(page), 'Publish')
        await said(page, answer)
      }
      equal(await count(vhost, 'jobs'), 1)
      await page.getByRole('button', { name: 'Unbind' }).click()
      await press(dialog(page), 'Unbind')
      await page.getByRole('row', { name: 'queue jobs order.#' }).waitFor({ state: 'detached' })
      await press(page, 'Delete the exchange')
      await press(dialog(page), 'Delete')
      await heading(page, 'Exchanges')
    }, { vhost })
  }],
  ['a delayed message is seen and cancelled', async () => {
    const vhost = await ownVhost()
    await api('PUT', at('exchanges', vhost, 'later'), { type: 'x-delayed-message', durable: true, arguments: { 'x-delayed-type': 'direct' } })
    await api('POST', at('exchanges', vhost, 'later', 'publish'), { properties: { headers: { 'x-delay': 3600000 } }, routing_key: 'soon', payload: 'x', payload_encoding: 'string' })
    await withPage(async (page) => {
      await signIn(page, '#/exchange/' + at(vhost, 'later'))
      await page.getByRole('row', { name: /later soon/ }).waitFor()
      await press(page, 'Cancel it')
      await press(dialog(page), 'Cancel the message')
      await page.getByText('No message waits for its time.').waitFor()
      await open(page, 'vhost', vhost)
      await page.getByText('No message waits for its time.').waitFor()
    })
  }],
  ['a policy is set, refused in words, changed and deleted', async () => {
    const vhost = await ownVhost()
    await withPage(async (page) => {
      await signIn(page, '#/policies')
      await page.getByRole('button', { name: 'Set a policy' }).first().click()
      await dialog(page).getByLabel('Name', { exact: true }).fill('short')
      await dialog(page).getByLabel('Pattern').fill('^tmp')
      await dialog(page).getByLabel('Sets').fill('{"no-such-key": 1}')
      await press(dialog(page), 'Set')
      await dialog(page).getByRole('alert').filter({ hasText: 'no-such-key' }).waitFor()
      await dialog(page).getByLabel('Sets').fill('{"max-length": 10}')
      await press(dialog(page), 'Set')
      await page.getByRole('row', { name: /short .*\^tmp queues max-length = 10 0/ }).waitFor()
      await page.getByRole('button', { name: 'Change short' }).click()
      await dialog(page).getByLabel('Priority').fill('7')
      await press(dialog(page), 'Set')
      await page.getByRole('row', { name: /short .*max-length = 10 7/ }).waitFor()
      await page.getByRole('button', { name: 'Delete short' }).click()
      await press(dialog(page), 'Delete')
      await said(page, 'The policy is deleted.')
    }, { vhost })
  }],
  ['a user is made, permitted, signs in, and sees what is theirs', async () => {
    const vhost = await ownVhost()
    const user = unique('user')
    await declare(vhost, 'mine')
    await withPage(async (page) => {
      await signIn(page, '#/users')
      await press(page, 'New user')
      await dialog(page).getByLabel('Name').fill(user)
      await dialog(page).getByLabel('Password').fill('p\u00e4ss w\u00f6rd:')
      await dialog(page).getByLabel('Tags').fill('management')
      await press(dialog(page), 'Create')
      await page.getByText('None: the user may enter no virtual host.').waitFor()
      await press(page, 'Set a permission')
      await dialog(page).getByLabel('Virtual host').selectOption(vhost)
      await dialog(page).getByLabel('May publish to').fill('')
      await press(dialog(page), 'Set')
      await page.getByRole('row', { name: `${vhost} .* nothing .*` }).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
    })
    await withPage(async (page) => {
      await signIn(page, '#/queues', user, 'p\u00e4ss w\u00f6rd:')
      await page.getByRole('link', { name: 'mine' }).click()
      equal(await page.getByRole('link', { name: 'Users' }).count(), 0)
      await press(page, 'Publish a message')
      await press(dialog(page), 'Publish')
      await dialog(page).getByRole('alert').filter({ hasText: 'refused' }).waitFor()
    })
  }],
  ['a token is made, told once, signs in, and is revoked', async () => {
    const name = unique('token')
    const knows = async (token) => (await fetch(`${admin}/api/whoami`, { headers: { Authorization: `Bearer ${token}` } })).status
    await withPage(async (page) => {
      await signIn(page, '#/tokens')
      await press(page, 'New token')
      await dialog(page).getByLabel('Name').fill(name)
      await dialog(page).getByLabel('Days').fill('0')
      await press(dialog(page), 'Make')
      await dialog(page).getByRole('alert').waitFor()
      await dialog(page).getByLabel('Days').fill('30')
      await press(dialog(page), 'Make')
      const token = await dialog(page).locator('code').innerText()
      equal(await knows(token), 200)
      await press(dialog(page), 'I have it')
      await page.getByRole('row', { name: new RegExp(`${name} guest .* for `) }).waitFor()
      equal(await page.getByText(token).count(), 0)
      await page.getByRole('button', { name: `Revoke ${name}` }).click()
      await press(dialog(page), 'Revoke')
      await page.getByRole('button', { name: `Revoke ${name}` }).waitFor({ state: 'detached' })
      equal(await knows(token), 401)
    })
  }],
  ['a user who is deleted while signed in is told so', async () => {
    const user = unique('user')
    await api('PUT', at('users', user), { password: 'secret', tags: 'administrator' })
    await withPage(async (page) => {
      await signIn(page, '#/vhosts', user, 'secret')
      await page.getByRole('table', { name: 'Virtual hosts' }).waitFor()
      await api('DELETE', at('users', user))
      await open(page, 'queues')
      await page.getByRole('alert').filter({ hasText: 'password is wrong' }).waitFor()
      await page.getByLabel('Password').waitFor()
    })
  }],
  ['a virtual host is made, chosen, and deleted by typing its name', async () => {
    const name = unique('vhost')
    await withPage(async (page) => {
      await signIn(page, '#/vhosts')
      await press(page, 'New virtual host')
      await dialog(page).getByLabel('Name').fill(name)
      await press(dialog(page), 'Create')
      await page.getByRole('link', { name, exact: true }).waitFor()
      await page.getByRole('combobox', { name: 'Virtual host' }).selectOption(name)
      await page.getByRole('button', { name: `Delete ${name}` }).click()
      await dialog(page).getByLabel('Its name').fill('another')
      await press(dialog(page), 'Delete')
      await dialog(page).getByRole('alert').filter({ hasText: 'That is another name.' }).waitFor()
      await dialog(page).getByLabel('Its name').fill(name)
      await press(dialog(page), 'Delete')
      await page.getByRole('link', { name, exact: true }).waitFor({ state: 'detached' })
    })
    equal((await api('GET', 'vhosts')).some((one) => one.name === name), false)
  }],
  ['who publishes to the default exchange may name the queue', async () => {
    const vhost = await ownVhost()
    await declare(vhost, 'jobs')
    await publish(vhost, 'jobs', 'one')
    await withPage(async (page) => {
      await signIn(page, '#/exchange/' + at(vhost, 'amq.default'))
      await press(page, 'Publish a message')
      await dialog(page).getByLabel('Queue (the routing key)').fill('jobs')
      await press(dialog(page), 'Publish')
      await said(page, 'The message is kept.')
    })
    equal(await count(vhost, 'jobs'), 2)
  }],
]
