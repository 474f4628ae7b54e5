// kafkajs 2.2.4, unmaintained and everywhere: its protocol versions (Fetch 11, Produce 7, Metadata 6, JoinGroup 5) stay for years.
import kafkajs from 'kafkajs'
import { bootstrap, equal, eventually, refused, runCases, unique } from './cases.mjs'

const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs
const kafka = new Kafka({ clientId: 'wharf', brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { retries: 8, initialRetryTime: 100 } })

async function connected(client) {
  await client.connect()
  return client
}

const admin = await connected(kafka.admin())

async function newTopic(numPartitions = 1, config = {}) {
  const topic = unique('node')
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  await admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: true })
  await eventually('the offsets of every partition', () =>
    admin.fetchTopicOffsets(topic).then((offsets) => offsets.length === numPartitions, () => false))
  return topic
}

const newProducer = (options) => connected(kafka.producer(options))

// A group member with what it owns and what it has read.
async function join(groupId, topic, options = {}) {
  const consumer = await connected(kafka.consumer({ groupId, heartbeatInterval: 200, sessionTimeout: 10000, ...options }))
  const member = { consumer, owned: [], messages: [] }
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => { member.owned = payload.memberAssignment[topic] ?? [] })
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: options.autoCommit ?? true,
    eachMessage: async ({ partition, message }) => { member.messages.push({ partition, ...message }) },
  })
  return member
}

async function readAll(topic, count) {
  const member = await join(unique('node-group'), topic, { autoCommit: false })
  await eventually(`${count} messages`, () => member.messages.length >= count)
  await member.consumer.disconnect()
  return member.messages
}

const text = (buffer) => buffer?.toString()

function roundTrip(sendOptions, producerOptions) {
  return async () => {
    const topic = await newTopic()
    const producer = await newProducer(producerOptions)
    const values = Array.from({ length: 500 }, (_, n) => `${'the same words '.repeat(n % 9)}${n}`)
    for (let n = 0; n < 500; n += 50) {
      await producer.send({ topic, messages: values.slice(n, n + 50).map((value) => ({ value })), ...sendOptions })
    }
    const read = await readAll(topic, 500)
    equal(read.map((message) => text(message.value)), values, 'values')
    equal(read.map((message) => message.offset), values.map((_, n) => String(n)), 'offsets')
  }
}

async function keysHeadersAndTimes() {
  const topic = await newTopic()
  const producer = await newProducer()
  await producer.send({
    topic,
    messages: [
      { key: null, value: null },
      { key: '', value: '' },
      { key: 'k', value: 'v', headers: { trace: '1', twice: ['a', 'b'] }, timestamp: '1600000000123' },
    ],
  })
  const [nulls, empties, full] = await readAll(topic, 3)
  equal([nulls.key, nulls.value, text(empties.key), text(empties.value)], [null, null, '', ''])
  equal([text(full.key), text(full.value), full.timestamp], ['k', 'v', '1600000000123'])
  equal([text(full.headers.trace), full.headers.twice.map(text)], ['1', ['a', 'b']], 'headers')
}

async function produceReports() {
  const topic = await newTopic()
  const producer = await newProducer()
  const first = await producer.send({ topic, messages: [{ value: 'a' }, { value: 'b' }] })
  const second = await producer.send({ topic, messages: [{ value: 'c' }] })
  equal([first, second].map(([report]) => [report.errorCode, report.baseOffset]), [[0, '0'], [0, '2']])
}

async function tooLarge() {
  const topic = await newTopic(1, { 'max.message.bytes': '5000' })
  const producer = await newProducer({ retry: { retries: 0 } })
  equal(await refused(producer.send({ topic, messages: [{ value: 'x'.repeat(9000) }] })), 'MESSAGE_TOO_LARGE')
}

async function twoMembers() {
  const topic = await newTopic(4)
  const group = unique('node-group')
  const first = await join(group, topic)
  await eventually('all four at the first', () => first.owned.length === 4)
  const second = await join(group, topic)
  await eventually('two each', () => first.owned.length === 2 && second.owned.length === 2)
  equal([...first.owned, ...second.owned].sort(), [0, 1, 2, 3], 'owned together')
  await second.consumer.disconnect()
  await eventually('all four at the first again', () => first.owned.length === 4)
  const producer = await newProducer()
  await producer.send({ topic, messages: Array.from({ length: 40 }, (_, n) => ({ value: `${n}`, partition: n % 4 })) })
  await eventually('all records at the first', () => first.messages.length === 40)
}

async function resumes() {
  const topic = await newTopic()
  const groupId = unique('node-group')
  const producer = await newProducer()
  await producer.send({ topic, messages: Array.from({ length: 20 }, (_, n) => ({ value: `${n}` })) })
  const first = await join(groupId, topic, { autoCommit: false })
  await eventually('twenty messages', () => first.messages.length === 20)
  await first.consumer.commitOffsets([{ topic, partition: 0, offset: '12', metadata: 'twelve' }])
  await first.consumer.disconnect()
  const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
  equal(offsets.partitions.map(({ offset, metadata }) => [offset, metadata]), [['12', 'twelve']])
  const second = await join(groupId, topic)
  await eventually('the messages after the commit', () => second.messages.length === 8)
  equal(text(second.messages[0].value), '12', 'the first of them')
}

async function seeksAndPauses() {
  const topic = await newTopic()
  const producer = await newProducer()
  await producer.send({ topic, messages: Array.from({ length: 10 }, (_, n) => ({ value: `${n}` })) })
  const member = await join(unique('node-group'), topic)
  await eventually('ten messages', () => member.messages.length === 10)
  member.consumer.seek({ topic, partition: 0, offset: '7' })
  await eventually('the last three again', () => member.messages.length === 13)
  equal(member.messages.slice(10).map((message) => message.offset), ['7', '8', '9'])
}

async function topicsAreAdministered() {
  const topic = await newTopic(2, { 'retention.ms': '7777' })
  equal(await admin.createTopics({ topics: [{ topic }] }), false, 'created twice')
  equal(await refused(admin.createTopics({ topics: [{ topic: 'no/slash' }] })), 'INVALID_TOPIC_EXCEPTION')
  equal(await refused(admin.createTopics({ topics: [{ topic: unique('node'), replicationFactor: 5 }] })), 'INVALID_REPLICATION_FACTOR')
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
  await eventually('three partitions', async () =>
    (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length === 3)
  const described = await admin.describeConfigs({
    includeSynonyms: true, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
  })
  equal(described.resources[0].configEntries.map(({ configValue }) => configValue), ['7777'])
  await admin.alterConfigs({
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'retention.ms', value: '8888' }] }],
  })
  await admin.deleteTopics({ topics: [topic] })
  await eventually('the topic gone', async () => !(await admin.listTopics()).includes(topic))
  equal(await refused(admin.deleteTopics({ topics: [topic] })), 'UNKNOWN_TOPIC_OR_PARTITION')
}

async function offsetsAreAdministered() {
  const topic = await newTopic()
  const groupId = unique('node-group')
  const producer = await newProducer()
  for (let n = 0; n < 3; n++) {
    await producer.send({ topic, messages: [{ value: `${n}`, timestamp: String(1700000000000 + n * 1000) }] })
  }
  const [{ low, high }] = await admin.fetchTopicOffsets(topic)
  equal([low, high], ['0', '3'])
  const [byTime] = await admin.fetchTopicOffsetsByTimestamp(topic, 1700000000500)
  equal(byTime.offset, '1', 'by time')
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '2' }] })
  const [set] = await admin.fetchOffsets({ groupId, topics: [topic] })
  equal(set.partitions[0].offset, '2', 'set offset')
  await admin.resetOffsets({ groupId, topic, earliest: true })
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
  await eventually('the new start', async () => (await admin.fetchTopicOffsets(topic))[0].low === '2')
}

async function groupsAreAdministered() {
  const topic = await newTopic()
  const group = unique('node-group')
  const member = await join(group, topic)
  await eventually('an assignment', () => member.owned.length === 1)
  const { groups } = await admin.describeGroups([group])
  equal([groups[0].state, groups[0].protocol, groups[0].members.length], ['Stable', 'RoundRobinAssigner', 1])
  equal((await admin.listGroups()).groups.some(({ groupId }) => groupId === group), true, 'listed')
  equal(await refused(admin.deleteGroups([group])), 'NON_EMPTY_GROUP')
  await member.consumer.disconnect()
  await admin.deleteGroups([group])
  equal((await admin.listGroups()).groups.some(({ groupId }) => groupId === group), false, 'listed after its deletion')
}

async function theClusterIsDescribed() {
  const { brokers, controller, clusterId } = await admin.describeCluster()
  equal(brokers.some(({ host, port }) => `${host}:${port}` === bootstrap), true, 'the address the client knows')
  equal([brokers.some(({ nodeId }) => nodeId === controller), Boolean(clusterId)], [true, true])
}

async function autoCreation() {
  const topic = unique('node-auto')
  const producer = await newProducer()
  await producer.send({ topic, messages: [{ value: 'first' }] })
  equal(text((await readAll(topic, 1))[0].value), 'first')
}

await runCases('kafkajs', [
  ['two members share a topic and one takes over', twoMembers],
  ['a group resumes at its commit', resumes],
  ['plain batches come back whole', roundTrip({})],
  ['gzip batches come back whole', roundTrip({ compression: CompressionTypes.GZIP })],
  ['acks of the leader alone are enough', roundTrip({ acks: 1 })],
  ['no acks are written too', roundTrip({ acks: 0 })],
  ['an idempotent producer keeps its order', roundTrip({}, { idempotent: true, maxInFlightRequests: 1 })],
  ['null and empty keys and values headers and times are kept', keysHeadersAndTimes],
  ['a send reports the base offset', produceReports],
  ['a batch over the topics limit is refused', tooLarge],
  ['a seek rereads', seeksAndPauses],
  ['the first record makes the topic', autoCreation],
  ['topics are made grown changed and deleted', topicsAreAdministered],
  ['offsets are found by time set reset and records deleted', offsetsAreAdministered],
  ['groups are described listed and deleted', groupsAreAdministered],
  ['the cluster is described', theClusterIsDescribed],
])
