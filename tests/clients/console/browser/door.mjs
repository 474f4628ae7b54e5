// How the files are served: who may load what, what is kept, what another site may make a browser do.
import { equal } from './cases.mjs'
import { admin } from './browser.mjs'

const html = { Accept: 'text/html', 'Accept-Encoding': 'gzip' }

async function assets() {
  const page = await (await fetch(admin + '/', { headers: html })).text()
  return [...page.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path]) => path)
}

export default [
  ['the page allows nothing inline, no other host and no frame', async () => {
    const response = await fetch(admin + '/', { headers: html })
    equal(response.status, 200)
    const policy = response.headers.get('content-security-policy')
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]) {
      equal(policy.includes(part), true, part)
    }
    equal(policy.includes('unsafe'), false)
    equal(response.headers.get('x-content-type-options'), 'nosniff')
    const text = await response.text()
    equal(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/.test(text), false, 'something inline')
  }],
  ['files are kept for good under their hashed names, the page is asked for each time and not sent again', async () => {
    const paths = await assets()
    equal(paths.length >= 2, true)
    for (const path of paths) {
      const response = await fetch(admin + path)
      equal([response.status, response.headers.get('cache-control')], [200, 'public, max-age=31536000, immutable'], path)
    }
    const page = await fetch(admin + '/', { headers: html })
    equal(page.headers.get('cache-control'), 'no-cache')
    const again = await fetch(admin + '/', { headers: { ...html, 'If-None-Match': page.headers.get('etag') } })
    equal([again.status, await again.text()], [304, ''])
  }],
  ['who takes no gzip gets the same bytes', async () => {
    for (const path of await assets()) {
      const packed = await fetch(admin + path, { headers: { 'Accept-Encoding': 'gzip' } })
      equal(packed.headers.get('content-encoding'), 'gzip')
      const plain = await fetch(admin + path, { headers: { 'Accept-Encoding': 'identity' } })
      equal(plain.headers.get('content-encoding'), null)
      equal(await plain.text(), await packed.text(), path)
    }
  }],
  ['no path leads out of the table of files', async () => {
    for (const path of ['/assets/', '/assets/..%2f..%2fetc%2fpasswd', '/assets/%2e%2e/index.html', '/index.html', '//', '/assets']) {
      equal((await fetch(admin + path, { headers: html })).status, 404, path)
    }
  }],
  ['who is no browser is told what there is', async () => {
    const response = await fetch(admin + '/')
    equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
    equal((await response.text()).includes('/metrics'), true)
  }],
  ['a page of another site changes nothing, even with the right password', async () => {
    const ask = (headers) => fetch(admin + '/api/queues/%2F/csrf', {
      method: 'PUT', body: '{}', headers: { Authorization: 'Basic ' + btoa('guest:guest'), 'Content-Type': 'application/json', ...headers },
    })
    equal((await ask({ Origin: 'https://elsewhere.example' })).status, 403)
    equal((await ask({ Origin: 'null' })).status, 403)
    equal((await ask({ Origin: admin })).status < 300, true)
    equal((await ask({ Origin: admin, 'Content-Type': 'text/plain' })).status, 415)
  }],
]
