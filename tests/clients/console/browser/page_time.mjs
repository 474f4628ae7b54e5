// What a page costs the browser's thread, and how long it takes from a click to what was asked for.
import { equal } from './cases.mjs'

const kMostMs = 100

/// Processor time that the page's thread has used, in milliseconds: of scripts, styles and layout together. Not the time that passes, which
/// on a busy machine says how busy it is.
export async function pageTimer(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000
}

export async function within(page, used, what, act, shown) {
  const before = await used()
  const begun = performance.now()
  await act()
  await shown()
  const passed = performance.now() - begun
  const spent = (await used()) - before
  console.log(`     ${what}: ${spent.toFixed(0)} ms of the page's thread, shown after ${passed.toFixed(0)} ms`)
  equal(spent <= kMostMs, true, `${what}: ${spent} ms of the page's thread`)
}
