package clients

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

func goClient(t *testing.T) *kafka.Client { return &kafka.Client{Addr: kafka.TCP(bootstrap(t))} }

func goTopic(t *testing.T, partitions int, entries ...kafka.ConfigEntry) string {
	t.Helper()
	name, client := unique("kafkago"), goClient(t)
	answer := must(client.CreateTopics(deadline(t), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{
		{Topic: name, NumPartitions: partitions, ReplicationFactor: 1, ConfigEntries: entries}}}))(t)
	check(t, answer.Errors[name])
	eventually(t, "the topic's leaders", func() bool {
		asked := make([]kafka.OffsetRequest, partitions)
		for partition := range asked {
			asked[partition] = kafka.LastOffsetOf(partition)
		}
		answer, err := client.ListOffsets(deadline(t), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{name: asked}})
		if err != nil || len(answer.Topics[name]) != partitions {
			return false
		}
		for _, part := range answer.Topics[name] {
			if part.Error != nil {
				return false
			}
		}
		return true
	})
	return name
}

func goSend(t *testing.T, writer *kafka.Writer, values []string) {
	t.Helper()
	messages := make([]kafka.Message, len(values))
	for n, value := range values {
		messages[n].Value = []byte(value)
	}
	check(t, writer.WriteMessages(deadline(t), messages...))
	check(t, writer.Close())
}

func goWriter(t *testing.T, topic string) *kafka.Writer {
	return &kafka.Writer{Addr: kafka.TCP(bootstrap(t)), Topic: topic, RequiredAcks: kafka.RequireAll, BatchTimeout: 5 * time.Millisecond}
}

func goRead(t *testing.T, reader *kafka.Reader, count int) []kafka.Message {
	t.Helper()
	ctx, messages := deadline(t), []kafka.Message{}
	for len(messages) < count {
		messages = append(messages, must(reader.ReadMessage(ctx))(t))
	}
	return messages
}

func goReader(t *testing.T, config kafka.ReaderConfig) *kafka.Reader {
	config.Brokers, config.MaxWait = []string{bootstrap(t)}, 500*time.Millisecond
	reader := kafka.NewReader(config)
	t.Cleanup(func() { _ = reader.Close() })
	return reader
}

func goRoundTrip(change func(*kafka.Writer)) func(*testing.T) {
	return func(t *testing.T) {
		topic, values := goTopic(t, 1), lines(1000)
		writer := goWriter(t, topic)
		change(writer)
		goSend(t, writer, values)
		for n, message := range goRead(t, goReader(t, kafka.ReaderConfig{Topic: topic}), len(values)) {
			equal(t, string(message.Value), values[n], "value")
			equal(t, message.Offset, int64(n), "offset")
		}
	}
}

func goCodec(codec kafka.Compression) func(*testing.T) {
	return goRoundTrip(func(writer *kafka.Writer) { writer.Compression = codec })
}

func goGroup(t *testing.T) {
	topic, group := goTopic(t, 4), unique("kafkago-group")
	read := make(chan int, 1000)
	member := func(number int) *kafka.Reader {
		reader := goReader(t, kafka.ReaderConfig{GroupID: group, Topic: topic, HeartbeatInterval: 200 * time.Millisecond,
			StartOffset: kafka.FirstOffset, CommitInterval: 0})
		go func() {
			for {
				if _, err := reader.ReadMessage(context.Background()); err != nil {
					return
				}
				read <- number
			}
		}()
		return reader
	}
	send := func() {
		writer := goWriter(t, topic)
		writer.Balancer = &kafka.RoundRobin{}
		goSend(t, writer, lines(8))
	}
	member(1)
	second := member(2)
	seen := map[int]bool{}
	eventually(t, "both members read", func() bool {
		send()
		for {
			select {
			case number := <-read:
				seen[number] = true
			case <-time.After(200 * time.Millisecond):
				return seen[1] && seen[2]
			}
		}
	})
	check(t, second.Close())
	client := goClient(t)
	eventually(t, "one member left", func() bool {
		answer, err := client.DescribeGroups(deadline(t), &kafka.DescribeGroupsRequest{GroupIDs: []string{group}})
		return err == nil && answer.Groups[0].GroupState == "Stable" && len(answer.Groups[0].Members) == 1
	})
	send()
	for count := 0; count < 8; count++ {
		select {
		case number := <-read:
			equal(t, number, 1, "the member that stayed")
		case <-time.After(30 * time.Second):
			t.Fatal("records of the member that left are not read")
		}
	}
}

func goResumes(t *testing.T) {
	topic, group, values := goTopic(t, 1), unique("kafkago-group"), lines(20)
	goSend(t, goWriter(t, topic), values)
	config := kafka.ReaderConfig{GroupID: group, Topic: topic, StartOffset: kafka.FirstOffset, CommitInterval: 0}
	first := goReader(t, config)
	var last kafka.Message
	for range 12 {
		last = must(first.FetchMessage(deadline(t)))(t)
	}
	check(t, first.CommitMessages(deadline(t), last))
	check(t, first.Close())
	next := goRead(t, goReader(t, config), 1)[0]
	equal(t, string(next.Value), values[12], "the first record after the commit")
	answer := must(goClient(t).OffsetFetch(deadline(t), &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: {0}}}))(t)
	equal(t, answer.Topics[topic][0].CommittedOffset >= 12, true, "committed offset")
}

func goPositions(t *testing.T) {
	topic := goTopic(t, 1)
	writer := goWriter(t, topic)
	for n := range 5 {
		check(t, writer.WriteMessages(deadline(t), kafka.Message{Key: []byte("k"), Value: []byte{byte('0' + n)},
			Headers: []kafka.Header{{Key: "h", Value: []byte("1")}}, Time: time.UnixMilli(1700000000000 + int64(n)*1000)}))
	}
	check(t, writer.Close())
	reader := goReader(t, kafka.ReaderConfig{Topic: topic})
	check(t, reader.SetOffset(3))
	message := goRead(t, reader, 1)[0]
	equal(t, string(message.Value)+string(message.Key)+message.Headers[0].Key, "3kh", "at offset 3")
	check(t, reader.SetOffsetAt(deadline(t), time.UnixMilli(1700000001500)))
	equal(t, string(goRead(t, reader, 1)[0].Value), "2", "at a time")
	conn := must(kafka.DialLeader(deadline(t), "tcp", bootstrap(t), topic, 0))(t)
	defer conn.Close()
	first, last, err := conn.ReadOffsets()
	check(t, err)
	equal(t, first, int64(0), "first offset")
	equal(t, last, int64(5), "last offset")
}

func goAdministers(t *testing.T) {
	topic, client := goTopic(t, 2, kafka.ConfigEntry{ConfigName: "retention.ms", ConfigValue: "7777"}), goClient(t)
	again := must(client.CreateTopics(deadline(t), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{
		{Topic: topic, NumPartitions: 1, ReplicationFactor: 1}}}))(t)
	equal(t, errors.Is(again.Errors[topic], kafka.TopicAlreadyExists), true, "topic exists")
	described := must(client.DescribeConfigs(deadline(t), &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{
		{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, ConfigNames: []string{"retention.ms"}}}}))(t)
	equal(t, described.Resources[0].ConfigEntries[0].ConfigValue, "7777", "retention.ms")
	altered := must(client.IncrementalAlterConfigs(deadline(t), &kafka.IncrementalAlterConfigsRequest{Resources: []kafka.IncrementalAlterConfigsRequestResource{
		{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, Configs: []kafka.IncrementalAlterConfigsRequestConfig{
			{Name: "retention.ms", Value: "8888", ConfigOperation: kafka.ConfigOperationSet}}}}}))(t)
	check(t, altered.Resources[0].Error)
	grown := must(client.CreatePartitions(deadline(t), &kafka.CreatePartitionsRequest{Topics: []kafka.TopicPartitionsConfig{{Name: topic, Count: 3}}}))(t)
	check(t, grown.Errors[topic])
	eventually(t, "three partitions", func() bool {
		answer, err := client.Metadata(deadline(t), &kafka.MetadataRequest{Topics: []string{topic}})
		return err == nil && len(answer.Topics) == 1 && len(answer.Topics[0].Partitions) == 3
	})
	deleted := must(client.DeleteTopics(deadline(t), &kafka.DeleteTopicsRequest{Topics: []string{topic}}))(t)
	check(t, deleted.Errors[topic])
}

func TestKafkaGo(t *testing.T) {
	suite(t, "kafka-go", []Case{
		{"plain batches come back whole", goRoundTrip(func(*kafka.Writer) {})},
		{"gzip batches come back whole", goCodec(kafka.Gzip)},
		{"snappy batches come back whole", goCodec(kafka.Snappy)},
		{"lz4 batches come back whole", goCodec(kafka.Lz4)},
		{"zstd batches come back whole", goCodec(kafka.Zstd)},
		{"acks of the leader alone are enough", goRoundTrip(func(w *kafka.Writer) { w.RequiredAcks = kafka.RequireOne })},
		// One batch: what needs no answer is done before its connection is free, so that the next batch may overtake it on another.
		{"no acks are written too", goRoundTrip(func(w *kafka.Writer) { w.RequiredAcks, w.BatchSize = kafka.RequireNone, 1000 })},
		{"two members share a topic and one takes over", goGroup},
		{"a group resumes at its commit", goResumes},
		{"offsets times keys and headers are found", goPositions},
		{"topics are made changed grown and deleted", goAdministers},
	})
}
