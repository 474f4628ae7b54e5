// A browser beside the broker: pages that are signed in, and the management API to prepare and to look up what they show.
import { chromium } from 'playwright-core'
import { unique } from './cases.mjs'

export const admin = `http://${process.env.WHARF_ADMIN}`
const auth = (user) => 'Basic ' + Buffer.from(user).toString('base64')
export const kWide = { width: 1280, height: 800 }
export const kNarrow = { width: 360, height: 740 }

let launched
/// One browser for all cases, each of which has pages of its own.
const browser = () => (launched ??= chromium.launch({
  executablePath: process.env.CONSOLE_CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
}))

/// The API's answer; throws what it refuses.
export async function api(method, path, body, user = 'guest:guest') {
  const response = await fetch(`${admin}/api/${path}`, {
    method,
    headers: { Authorization: auth(user), 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

export const at = (...parts) => parts.map(encodeURIComponent).join('/')

/// A virtual host of the case's own, so that lists hold what it made.
export async function ownVhost(word = 'console') {
  const name = unique(word)
  await api('PUT', at('vhosts', name))
  return name
}

export const declare = (vhost, queue, args = {}) => api('PUT', at('queues', vhost, queue), { durable: false, arguments: args })

export const publish = (vhost, key, payload, more = {}) =>
  api('POST', at('exchanges', vhost, 'amq.default', 'publish'), { properties: {}, routing_key: key, payload, payload_encoding: 'string', ...more })

/// Runs `drive(page)` in a fresh browser profile. The case fails as well when a script fails, something is logged as an error (a breach of
/// the Content-Security-Policy is), or anything but this server is asked.
export async function withPage(drive, { viewport = kWide, colorScheme = 'light', vhost = '' } = {}) {
  const context = await (await browser()).newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
  context.setDefaultTimeout(15000)
  await context.addInitScript((name) => name && sessionStorage.setItem('wharf.vhost', name), vhost)
  const faults = []
  const page = await context.newPage()
  // Refusals that the page asked for are logged by the browser as well; the page says them itself.
  page.on('console', (message) => {
    const refusal = message.text().startsWith('Failed to load resource: the server responded with a status of 4')
    if (message.type() === 'error' && !refusal) faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => request.url().startsWith(admin + '/') || faults.push('asked ' + request.url()))
  page.on('dialog', (dialog) => { faults.push('a script opened a dialog: ' + dialog.message()); dialog.dismiss() })
  try {
    await drive(page)
    if (faults.length > 0) throw new Error(faults.join('\n'))
  } finally {
    await context.close()
  }
}

export async function signIn(page, hash = '', user = 'guest', password = 'guest') {
  await page.goto(admin + '/' + hash)
  await page.getByLabel('User').fill(user)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Pages', exact: true }).waitFor()
}

export const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor()

/// Leads to another page of the console, signed in as before.
export const open = (page, page_name, ...names) =>
  page.evaluate((hash) => { location.hash = hash }, '/' + at(page_name, ...names))
