package clients

import (
	"context"
	"errors"
	"io"
	"log"
	"sync"
	"testing"
	"time"

	"github.com/IBM/sarama"
)

func init() { sarama.Logger = log.New(io.Discard, "", 0) }

// saramaConfig is a client that believes in a Kafka release: sarama picks its protocol versions by it.
func saramaConfig(version sarama.KafkaVersion, change ...func(*sarama.Config)) *sarama.Config {
	config := sarama.NewConfig()
	config.Version = version
	config.Producer.Return.Successes = true
	config.Consumer.Return.Errors = true
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Group.Heartbeat.Interval = 200 * time.Millisecond
	for _, one := range change {
		one(config)
	}
	return config
}

func saramaAdmin(t *testing.T, version sarama.KafkaVersion) sarama.ClusterAdmin {
	t.Helper()
	admin := must(sarama.NewClusterAdmin([]string{bootstrap(t)}, saramaConfig(version)))(t)
	t.Cleanup(func() { _ = admin.Close() })
	return admin
}

func saramaTopic(t *testing.T, partitions int32, entries map[string]*string) string {
	t.Helper()
	name := unique("sarama")
	check(t, saramaAdmin(t, sarama.V2_8_0_0).CreateTopic(name, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1,
		ConfigEntries: entries}, false))
	eventually(t, "the topic's leaders", func() bool {
		client, err := sarama.NewClient([]string{bootstrap(t)}, saramaConfig(sarama.V2_8_0_0))
		if err != nil {
			return false
		}
		defer client.Close()
		for partition := range partitions {
			if _, err := client.GetOffset(name, partition, sarama.OffsetNewest); err != nil {
				return false
			}
		}
		return true
	})
	return name
}

func saramaSend(t *testing.T, topic string, values []string, config *sarama.Config) {
	t.Helper()
	producer := must(sarama.NewAsyncProducer([]string{bootstrap(t)}, config))(t)
	go func() {
		for _, value := range values {
			producer.Input() <- &sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(value)}
		}
	}()
	for range values {
		select {
		case <-producer.Successes():
		case err := <-producer.Errors():
			t.Fatal(err)
		case <-time.After(30 * time.Second):
			t.Fatal("no delivery report")
		}
	}
	check(t, producer.Close())
}

func saramaRead(t *testing.T, topic string, offset int64, count int, config *sarama.Config) []*sarama.ConsumerMessage {
	t.Helper()
	consumer := must(sarama.NewConsumer([]string{bootstrap(t)}, config))(t)
	defer consumer.Close()
	part := must(consumer.ConsumePartition(topic, 0, offset))(t)
	defer part.Close()
	var messages []*sarama.ConsumerMessage
	for len(messages) < count {
		select {
		case message := <-part.Messages():
			messages = append(messages, message)
		case err := <-part.Errors():
			t.Fatal(err)
		case <-time.After(30 * time.Second):
			t.Fatalf("%d of %d messages", len(messages), count)
		}
	}
	return messages
}

func saramaRoundTrip(version sarama.KafkaVersion, change ...func(*sarama.Config)) func(*testing.T) {
	return func(t *testing.T) {
		topic, values := saramaTopic(t, 1, nil), lines(1000)
		saramaSend(t, topic, values, saramaConfig(version, change...))
		for n, message := range saramaRead(t, topic, sarama.OffsetOldest, len(values), saramaConfig(version)) {
			equal(t, string(message.Value), values[n], "value")
			equal(t, message.Offset, int64(n), "offset")
		}
	}
}

func saramaCodec(codec sarama.CompressionCodec) func(*testing.T) {
	return saramaRoundTrip(sarama.V2_8_0_0, func(config *sarama.Config) {
		config.Producer.Compression = codec
		config.Producer.Flush.Messages = 100
		// Without it the last messages wait for company when an earlier request took more than 100.
		config.Producer.Flush.Frequency = 20 * time.Millisecond
	})
}

func saramaIdempotent(config *sarama.Config) {
	config.Producer.Idempotent = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Net.MaxOpenRequests = 1
}

// saramaMember runs a group session after another until it leaves.
type saramaMember struct {
	group  sarama.ConsumerGroup
	leave  context.CancelFunc
	left   chan struct{}
	mutex  sync.Mutex
	owned  int
	values []string
}

func (member *saramaMember) Setup(session sarama.ConsumerGroupSession) error {
	member.mutex.Lock()
	defer member.mutex.Unlock()
	member.owned = 0
	for _, partitions := range session.Claims() {
		member.owned += len(partitions)
	}
	return nil
}

func (member *saramaMember) Cleanup(sarama.ConsumerGroupSession) error {
	member.mutex.Lock()
	defer member.mutex.Unlock()
	member.owned = 0
	return nil
}

func (member *saramaMember) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, open := <-claim.Messages():
			if !open {
				return nil
			}
			member.mutex.Lock()
			member.values = append(member.values, string(message.Value))
			member.mutex.Unlock()
			session.MarkMessage(message, "")
		case <-session.Context().Done():
			return nil
		}
	}
}

func (member *saramaMember) state() (owned, read int) {
	member.mutex.Lock()
	defer member.mutex.Unlock()
	return member.owned, len(member.values)
}

func joinSarama(t *testing.T, group, topic string, config *sarama.Config) *saramaMember {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	member := &saramaMember{group: must(sarama.NewConsumerGroup([]string{bootstrap(t)}, group, config))(t), leave: cancel,
		left: make(chan struct{})}
	go func() {
		for range member.group.Errors() { // drained: a rebalance is reported here too
		}
	}()
	go func() {
		defer close(member.left)
		for ctx.Err() == nil {
			if err := member.group.Consume(ctx, []string{topic}, member); errors.Is(err, sarama.ErrClosedConsumerGroup) {
				return
			}
		}
		_ = member.group.Close()
	}()
	t.Cleanup(member.end)
	return member
}

func (member *saramaMember) end() {
	member.leave()
	<-member.left
}

func saramaGroup(version sarama.KafkaVersion, strategy sarama.BalanceStrategy) func(*testing.T) {
	return func(t *testing.T) {
		topic, group := saramaTopic(t, 6, nil), unique("sarama-group")
		config := func() *sarama.Config {
			return saramaConfig(version, func(config *sarama.Config) {
				config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategy}
			})
		}
		owns := func(member *saramaMember) int { owned, _ := member.state(); return owned }
		first := joinSarama(t, group, topic, config())
		eventually(t, "all six at the first", func() bool { return owns(first) == 6 })
		second := joinSarama(t, group, topic, config())
		eventually(t, "three each", func() bool { return owns(first) == 3 && owns(second) == 3 })
		second.end()
		eventually(t, "all six at the first again", func() bool { return owns(first) == 6 })
		saramaSend(t, topic, lines(60), saramaConfig(version))
		eventually(t, "all records at the first", func() bool { _, read := first.state(); return read == 60 })
	}
}

func saramaResumes(t *testing.T) {
	topic, group := saramaTopic(t, 1, nil), unique("sarama-group")
	saramaSend(t, topic, lines(10), saramaConfig(sarama.V2_8_0_0))
	first := joinSarama(t, group, topic, saramaConfig(sarama.V2_8_0_0))
	eventually(t, "the first ten", func() bool { _, read := first.state(); return read == 10 })
	first.end()
	saramaSend(t, topic, []string{"next"}, saramaConfig(sarama.V2_8_0_0))
	second := joinSarama(t, group, topic, saramaConfig(sarama.V2_8_0_0))
	eventually(t, "the next one", func() bool { _, read := second.state(); return read >= 1 })
	equal(t, second.values[0], "next", "the first record after the commit")
	equal(t, len(second.values), 1, "records after the commit")
}

func saramaAdministers(version sarama.KafkaVersion) func(*testing.T) {
	return func(t *testing.T) {
		admin, topic := saramaAdmin(t, version), unique("sarama")
		retention := "7777"
		detail := &sarama.TopicDetail{NumPartitions: 2, ReplicationFactor: 1, ConfigEntries: map[string]*string{"retention.ms": &retention}}
		check(t, admin.CreateTopic(topic, detail, false))
		equal(t, errors.Is(admin.CreateTopic(topic, detail, false), sarama.ErrTopicAlreadyExists), true, "topic exists")
		eventually(t, "two partitions", func() bool {
			described, err := admin.DescribeTopics([]string{topic})
			return err == nil && len(described[0].Partitions) == 2
		})
		check(t, admin.CreatePartitions(topic, 3, nil, false))
		entries := must(admin.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{"retention.ms"}}))(t)
		equal(t, entries[0].Value, "7777", "retention.ms")
		saramaSend(t, topic, lines(30), saramaConfig(version))
		check(t, admin.DeleteRecords(topic, map[int32]int64{0: -1}))
		_, controller := must2(admin.DescribeCluster())(t)
		equal(t, controller >= 0, true, "a controller")

		group := unique("sarama-group")
		member := joinSarama(t, group, topic, saramaConfig(version))
		eventually(t, "a member with all partitions", func() bool { owned, _ := member.state(); return owned >= 2 })
		described := must(admin.DescribeConsumerGroups([]string{group}))(t)
		equal(t, described[0].State, "Stable", "group state")
		equal(t, len(described[0].Members), 1, "members")
		equal(t, admin.DeleteConsumerGroup(group) != nil, true, "a live group is not deleted")
		member.end()
		eventually(t, "the group deleted", func() bool { return admin.DeleteConsumerGroup(group) == nil })
		_, listed := must(admin.ListConsumerGroups())(t)[group]
		equal(t, listed, false, "a deleted group in the list")
		check(t, admin.DeleteTopic(topic))
		eventually(t, "the topic gone", func() bool {
			topics, err := admin.ListTopics()
			_, there := topics[topic]
			return err == nil && !there
		})
	}
}

func must2[A, B any](a A, b B, err error) func(t *testing.T) (A, B) {
	return func(t *testing.T) (A, B) {
		t.Helper()
		check(t, err)
		return a, b
	}
}

func saramaHeadersAndTimes(t *testing.T) {
	topic := saramaTopic(t, 1, nil)
	producer := must(sarama.NewSyncProducer([]string{bootstrap(t)}, saramaConfig(sarama.V2_8_0_0)))(t)
	defer producer.Close()
	for n := range 3 {
		_, offset, err := producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Key: sarama.StringEncoder("k"),
			Timestamp: time.UnixMilli(1700000000000 + int64(n)*1000), Headers: []sarama.RecordHeader{{Key: []byte("h"), Value: []byte("1")}}})
		check(t, err)
		equal(t, offset, int64(n), "offset")
	}
	message := saramaRead(t, topic, 1, 1, saramaConfig(sarama.V2_8_0_0))[0]
	equal(t, string(message.Key)+string(message.Headers[0].Key)+string(message.Headers[0].Value), "kh1", "key and header")
	equal(t, message.Timestamp.UnixMilli(), int64(1700000001000), "timestamp")
	equal(t, message.Value == nil, true, "null value")
	client := must(sarama.NewClient([]string{bootstrap(t)}, saramaConfig(sarama.V2_8_0_0)))(t)
	defer client.Close()
	equal(t, must(client.GetOffset(topic, 0, 1700000001500))(t), int64(2), "offset by time")
	equal(t, must(client.GetOffset(topic, 0, sarama.OffsetNewest))(t), int64(3), "newest")
	equal(t, must(client.GetOffset(topic, 0, sarama.OffsetOldest))(t), int64(0), "oldest")
}

func saramaTooLarge(t *testing.T) {
	limit := "10000"
	topic := saramaTopic(t, 1, map[string]*string{"max.message.bytes": &limit})
	producer := must(sarama.NewSyncProducer([]string{bootstrap(t)}, saramaConfig(sarama.V2_8_0_0)))(t)
	defer producer.Close()
	_, _, err := producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: sarama.ByteEncoder(make([]byte, 20000))})
	equal(t, errors.Is(err, sarama.ErrMessageSizeTooLarge), true, "too large")
}

func TestSarama(t *testing.T) {
	suite(t, "sarama", []Case{
		{"as a 2.1 client it produces and consumes", saramaRoundTrip(sarama.V2_1_0_0)},
		{"as a 3.6 client it produces and consumes", saramaRoundTrip(sarama.V3_6_0_0)},
		{"as its newest client it produces and consumes", saramaRoundTrip(sarama.MaxVersion)},
		{"gzip batches come back whole", saramaCodec(sarama.CompressionGZIP)},
		{"snappy batches come back whole", saramaCodec(sarama.CompressionSnappy)},
		{"lz4 batches come back whole", saramaCodec(sarama.CompressionLZ4)},
		{"zstd batches come back whole", saramaCodec(sarama.CompressionZSTD)},
		{"an idempotent producer keeps its order", saramaRoundTrip(sarama.V2_8_0_0, saramaIdempotent)},
		{"no acks are written too", saramaRoundTrip(sarama.V2_8_0_0, func(c *sarama.Config) { c.Producer.RequiredAcks = sarama.NoResponse })},
		{"range members share and take over", saramaGroup(sarama.V2_8_0_0, sarama.NewBalanceStrategyRange())},
		{"sticky members share and take over", saramaGroup(sarama.MaxVersion, sarama.NewBalanceStrategySticky())},
		{"round robin members share and take over", saramaGroup(sarama.V2_1_0_0, sarama.NewBalanceStrategyRoundRobin())},
		{"a group resumes at its commit", saramaResumes},
		{"as a 2.1 client it administers topics and groups", saramaAdministers(sarama.V2_1_0_0)},
		{"as its newest client it administers topics and groups", saramaAdministers(sarama.MaxVersion)},
		{"keys headers times and offsets by time are kept", saramaHeadersAndTimes},
		{"a batch over the topics limit is refused", saramaTooLarge},
	})
}
