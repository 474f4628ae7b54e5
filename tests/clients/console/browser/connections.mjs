// Connections by every protocol, their channels and consumers, and closing one.
import net from 'node:net'
import amqp from 'amqplib'
import { equal, eventually, unique } from './cases.mjs'
import { api, at, declare, heading, open, ownVhost, signIn, withPage } from './browser.mjs'

const said = (page, text) => page.locator('.said', { hasText: text }).waitFor()
const press = (place, name) => place.getByRole('button', { name, exact: true }).click()
const dialog = (page) => page.getByRole('dialog')
const row = (page, text) => page.getByRole('row').filter({ hasText: text })

/// A connection by AMQP that calls itself so, ended with the case.
async function withAmqp(vhost, connection_name, drive) {
  const connection = await amqp.connect(`amqp://guest:guest@${process.env.WHARF_AMQP}/${encodeURIComponent(vhost)}`, { clientProperties: { connection_name } })
  connection.on('error', () => undefined) // of a socket that is gone already
  const told = new Promise((resolve) => connection.on('close', resolve)) // with an error where an operator did it
  try {
    await drive(connection, told)
  } finally {
    await connection.close().catch(() => undefined)
  }
}

/// Says this to that port, and waits for an answer; the socket stays open.
async function speak(address, bytes) {
  const [host, port] = address.split(':')
  const socket = net.connect(Number(port), host)
  socket.write(bytes)
  await new Promise((resolve, reject) => { socket.once('data', resolve); socket.once('error', reject) })
  return socket
}

const text16 = (text) => Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), Buffer.from(text)])

function apiVersions(clientId) {
  const body = Buffer.concat([Buffer.from([0, 18, 0, 0, 0, 0, 0, 1]), text16(clientId)])
  return Buffer.concat([Buffer.from([0, 0, 0, body.length]), body])
}

const stompConnect = (clientId) => Buffer.from(`CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\nclient-id:${clientId}\n\n\0`)

function mqttConnect(clientId) {
  const body = Buffer.concat([text16('MQTT'), Buffer.from([4, 0xc2, 0, 60]), text16(clientId), text16('guest'), text16('guest')])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}

export default [
  ['connections of all protocols are listed, filtered and sorted', async () => {
    const name = unique('client')
    const kafka = await speak(process.env.WHARF_BOOTSTRAP, apiVersions(name))
    const mqtt = await speak(process.env.WHARF_MQTT, mqttConnect(name))
    const stomp = await speak(process.env.WHARF_STOMP, stompConnect(name))
    await withAmqp('/', name, () => withPage(async (page) => {
      await signIn(page, '#/connections')
      for (const [protocol, user] of [['AMQP 0-9-1', 'guest'], ['Kafka', 'nobody'], ['MQTT 3.1.1', 'guest'], ['STOMP 1.2', 'guest']]) {
        await row(page, name).filter({ hasText: protocol }).filter({ hasText: user }).waitFor()
      }
      await press(page, 'Protocol')
      await page.getByRole('columnheader', { name: 'Protocol' }).and(page.locator('[aria-sort=ascending]')).waitFor()
      const port = kafka.localPort
      await page.getByLabel('Name', { exact: true }).fill(`:${port} ->`)
      await page.getByText('1\u20131 of 1 (', { exact: false }).waitFor()
      await page.getByRole('link', { name: `127.0.0.1:${port}` }).click()
      await heading(page, /Connection/)
      await page.getByText('Kafka has no channels.').waitFor()
    })).finally(() => { kafka.destroy(); mqtt.destroy(); stomp.destroy() })
  }],
  ['an MQTT client is closed from its page', async () => {
    const mqtt = await speak(process.env.WHARF_MQTT, mqttConnect(unique('device')))
    const gone = new Promise((resolve) => mqtt.once('close', resolve))
    await withPage(async (page) => {
      await signIn(page, '#/connection/' + at(`127.0.0.1:${mqtt.localPort} -> ${process.env.WHARF_MQTT}`))
      await press(page, 'Close the connection')
      await press(dialog(page), 'Close it')
      await said(page, 'The connection is closed.')
      mqtt.resume()
      await gone
      await heading(page, 'Connections')
    })
  }],
  ['a connection\'s channels show what they hold, and lead to their consumers', async () => {
    const vhost = await ownVhost()
    await declare(vhost, 'jobs')
    await withAmqp(vhost, '<b>shop</b>', async (connection) => {
      const channel = await connection.createChannel()
      await channel.prefetch(7)
      await channel.consume('jobs', () => undefined, { consumerTag: '<i>worker</i>' })
      for (let i = 0; i < 3; i++) channel.sendToQueue('jobs', Buffer.from('x'))
      const confirms = await connection.createConfirmChannel()
      await eventually('three are held', async () => (await api('GET', at('queues', vhost, 'jobs'))).messages_unacknowledged === 3)
      await withPage(async (page) => {
        await signIn(page, '#/connections')
        await row(page, '<b>shop</b>').getByRole('link').click()
        const channelRow = (number) => page.getByRole('row').filter({ has: page.getByRole('link', { name: `Channel ${number}` }) })
        await channelRow(1).waitFor()
        equal(await channelRow(1).locator('td').allTextContents().then((cells) => cells.slice(3, 7)), ['1', '7', '3', '0'])
        equal((await channelRow(2).textContent()).includes('confirms'), true)
        await page.getByRole('row', { name: /connection_name/ }).getByText('<b>shop</b>').waitFor()
        await page.getByRole('link', { name: 'Channel 1' }).click()
        await heading(page, /Channel/)
        await row(page, '<i>worker</i>').getByRole('link', { name: 'jobs' }).waitFor()
        equal(await page.locator('main b i, main i').count(), 0)
        await row(page, 'Published').getByText('3', { exact: true }).waitFor()
        await row(page, '<i>worker</i>').getByRole('link', { name: 'jobs' }).click()
        await heading(page, /jobs/)
      }, { vhost })
      await confirms.close()
    })
  }],
  ['closing a connection is confirmed first, and tells the client the reason', async () => {
    const vhost = await ownVhost()
    await withAmqp(vhost, 'to-be-closed', async (connection, told) => {
      await withPage(async (page) => {
        await signIn(page, '#/connections')
        await row(page, 'to-be-closed').getByRole('link').click()
        await press(page, 'Close the connection')
        await press(dialog(page), 'Cancel')
        equal((await api('GET', at('vhosts', vhost, 'connections'))).length, 1)
        await press(page, 'Close the connection')
        await dialog(page).getByLabel('Reason').fill('maintenance \u2013 tonight')
        await press(dialog(page), 'Close it')
        await said(page, 'The connection is closed.')
        equal((await told).message.includes('maintenance ? tonight'), true)
        await page.getByText('Nobody is connected').waitFor()
      }, { vhost })
    })
  }],
  ['a connection that is gone says so', () => withPage(async (page) => {
    await signIn(page)
    await open(page, 'connection', 'nobody -> nowhere')
    await page.getByText('It is not there (any more).').waitFor()
  })],
]
