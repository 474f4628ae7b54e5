// Every case of amqplib, the client that most of Node's libraries stand on: as it is today, and as it was before 0.10.7,
// when it asked for frames of at most 4096 bytes.
import today from 'amqplib'
import old from 'amqplib-old'
import { runCases } from './cases.mjs'
import entities from './entities.mjs'
import messages from './messages.mjs'
import queues from './queues.mjs'
import restart from './restart.mjs'
import { client } from './connection.mjs'

const suites = [entities, messages, queues, restart]
const of = (version, library) => suites.flatMap((suite) => suite(client(library)))
  .map(([sentence, run]) => [`${version}: ${sentence}`, run])

await runCases('amqplib', [...of('2.3.1', today), ...of('0.10.5', old)])
