// A server that is low on memory says so on the first page.
import { runCases } from './cases.mjs'
import { signIn, withPage } from './browser.mjs'

await runCases('console alarm', [
  ['the overview says that publishers wait', () => withPage(async (page) => {
    await signIn(page)
    await page.getByRole('alert').filter({ hasText: 'The server is low on memory: publishers wait, consumers go on.' }).waitFor()
  })],
], 1)
