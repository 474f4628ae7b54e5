// What each step through the console costs the browser's thread, and how long it takes from a click to what was asked for.
import { equal } from './cases.mjs'
import { withPage } from './browser.mjs'

const kMostMs = 100
// A step's cost is the least of so many walks, each in a fresh profile: what the machine does besides (a processor that slows down, a
// cache that another process had) can only add to it, and added 60 ms to the first walk after a build.
const kWalks = 3

/// Processor time that the page's thread has used, in milliseconds: of scripts, styles and layout together. Not the time that passes, which
/// on a busy machine says how busy it is.
async function pageTimer(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000
}

/// Drives `walk(page, step)` some times, where `step(what, act, shown)` is measured, and fails for a step that always cost more than it may.
export async function eachStepIsQuick(walk, options) {
  const least = new Map()
  for (let i = 0; i < kWalks; i++) {
    await withPage(async (page) => {
      const used = await pageTimer(page)
      await walk(page, async (what, act, shown) => {
        const before = await used()
        const begun = performance.now()
        await act()
        await shown()
        const passed = performance.now() - begun
        const spent = (await used()) - before
        least.set(what, Math.min(spent, least.get(what) ?? Infinity))
        console.log(`     ${what}: ${spent.toFixed(0)} ms of the page's thread, shown after ${passed.toFixed(0)} ms`)
      })
    }, options)
  }
  const slow = [...least].filter(([, spent]) => spent > kMostMs).map(([what, spent]) => `${what}: ${spent.toFixed(0)} ms of the page's thread`)
  equal(slow.join('\n'), '')
}
