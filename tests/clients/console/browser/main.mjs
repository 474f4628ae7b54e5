// Every page of the console, as people use it.
import { runCases } from './cases.mjs'
import connections from './connections.mjs'
import dead_letters from './dead_letters.mjs'
import door from './door.mjs'
import entities from './entities.mjs'
import flow from './flow.mjs'
import groups from './groups.mjs'
import looks from './looks.mjs'
import queue_list from './queue_list.mjs'
import queue_page from './queue_page.mjs'
import signing_in from './signing_in.mjs'
import topics from './topics.mjs'

await runCases('console', [...door, ...signing_in, ...flow, ...queue_list, ...queue_page, ...topics, ...groups, ...entities, ...connections, ...dead_letters, ...looks], 3)
