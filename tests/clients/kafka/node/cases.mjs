// Runs cases side by side and prints one line per case. A case is [sentence, async () => ...]; it passes when it resolves.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual, inspect } from 'node:util'

const CASE_DEADLINE_MS = 60000
const PARALLEL = 6

export const bootstrap = process.env.WHARF_BOOTSTRAP

// A name that no other case, run or suite uses: cases share one broker.
export const unique = (word) => `${word}-${randomBytes(6).toString('hex')}`

export function equal(actual, expected, what = 'value') {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`${what}: expected ${inspect(expected).slice(0, 300)}, got ${inspect(actual).slice(0, 300)}`)
  }
}

// The error type that a promise must be rejected with, for example 'TOPIC_ALREADY_EXISTS'.
export async function refused(promise) {
  try {
    await promise
  } catch (error) {
    return error.errors?.[0]?.type ?? error.cause?.type ?? error.type ?? error.groups?.[0]?.error?.type ?? error.name
  }
  throw new Error('not refused')
}

// Polls until the condition gives something true; the deadline fails the case.
export async function eventually(what, condition, deadlineMs = 30000) {
  for (const end = Date.now() + deadlineMs; ;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > end) throw new Error(`not within ${deadlineMs / 1000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function withDeadline(promise) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`did not end within ${CASE_DEADLINE_MS / 1000} s`)), CASE_DEADLINE_MS)
    promise.then(resolve, reject)
  })
}

// Names of cases that the broker under test is known to fail: WHARF_NOT_YET names the file, a name a line, '#' before why.
// Such a case must fail: one that passes is a failure until its line is gone.
function notYet() {
  const path = process.env.WHARF_NOT_YET
  const lines = path ? readFileSync(path, 'utf8').split('\n') : []
  return new Set(lines.map((line) => line.trim()).filter((line) => line && !line.startsWith('#')))
}

async function runCase(run, expectFailure) {
  if (!expectFailure) return withDeadline(run())
  const failed = await withDeadline(run()).then(() => false, () => true)
  if (!failed) throw new Error('passes now: take its line out of the list of what does not work yet')
}

export async function runCases(suite, cases, parallel = PARALLEL) {
  const filter = process.env.WHARF_TEST_FILTER ?? ''
  const todo = cases.filter(([sentence]) => `${suite}: ${sentence}`.includes(filter))
  const known = notYet()
  let passed = 0
  let failed = 0
  const worker = async () => {
    for (let one; (one = todo.shift());) {
      const begun = Date.now()
      const line = () => `${suite}: ${one[0]} (${((Date.now() - begun) / 1000).toFixed(1)} s)`
      const expectFailure = known.has(`${suite}: ${one[0]}`)
      try {
        await runCase(one[1], expectFailure)
        passed++
        console.log(`${expectFailure ? 'not yet' : 'ok  '} ${line()}`)
      } catch (error) {
        failed++
        console.log(`FAIL ${line()}\n     ${String(error.stack).split('\n').slice(0, 6).join('\n     ')}`)
      }
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 && passed > 0 ? 0 : 1)
}
