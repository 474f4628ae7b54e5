package clients

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func franz(t *testing.T, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	client := must(kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(bootstrap(t))}, options...)...))(t)
	t.Cleanup(client.Close)
	return client
}

func franzTopic(t *testing.T, partitions int32, configs map[string]*string) string {
	t.Helper()
	name := unique("franz")
	admin := kadm.NewClient(franz(t))
	must(admin.CreateTopic(deadline(t), partitions, 1, configs, name))(t)
	eventually(t, "the topic's leaders", func() bool {
		offsets, err := admin.ListEndOffsets(deadline(t), name)
		return err == nil && offsets.Error() == nil && len(offsets[name]) == int(partitions)
	})
	return name
}

func franzSend(t *testing.T, client *kgo.Client, topic string, values []string) {
	t.Helper()
	records := make([]*kgo.Record, len(values))
	for n, value := range values {
		records[n] = &kgo.Record{Topic: topic, Value: []byte(value)}
	}
	check(t, client.ProduceSync(deadline(t), records...).FirstErr())
}

func franzRead(t *testing.T, client *kgo.Client, count int) []*kgo.Record {
	t.Helper()
	ctx, records := deadline(t), []*kgo.Record{}
	for len(records) < count {
		fetches := client.PollFetches(ctx)
		check(t, fetches.Err())
		records = append(records, fetches.Records()...)
	}
	return records
}

func at(topic string, partition int32, offset kgo.Offset) kgo.Opt {
	return kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: offset}})
}

func franzRoundTrip(options ...kgo.Opt) func(*testing.T) {
	return func(t *testing.T) {
		topic, values := franzTopic(t, 1, nil), lines(2000)
		franzSend(t, franz(t, options...), topic, values)
		for n, record := range franzRead(t, franz(t, at(topic, 0, kgo.NewOffset().AtStart())), len(values)) {
			equal(t, string(record.Value), values[n], "value")
			equal(t, record.Offset, int64(n), "offset")
		}
	}
}

// franzMember joins a group and remembers what it owns and what it read.
type franzMember struct {
	client *kgo.Client
	mutex  sync.Mutex
	owned  map[int32]bool
	values []string
}

func joinFranz(t *testing.T, group, topic string, options ...kgo.Opt) *franzMember {
	t.Helper()
	member := &franzMember{owned: map[int32]bool{}}
	note := func(mine bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, changed map[string][]int32) {
			member.mutex.Lock()
			defer member.mutex.Unlock()
			for _, partition := range changed[topic] {
				if mine {
					member.owned[partition] = true
				} else {
					delete(member.owned, partition)
				}
			}
		}
	}
	member.client = franz(t, append([]kgo.Opt{kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.OnPartitionsAssigned(note(true)),
		kgo.OnPartitionsRevoked(note(false)), kgo.OnPartitionsLost(note(false)), kgo.HeartbeatInterval(200 * time.Millisecond),
		kgo.SessionTimeout(10 * time.Second), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}, options...)...)
	go func() {
		for {
			fetches := member.client.PollFetches(context.Background())
			if fetches.IsClientClosed() {
				return
			}
			member.mutex.Lock()
			fetches.EachRecord(func(record *kgo.Record) { member.values = append(member.values, string(record.Value)) })
			member.mutex.Unlock()
		}
	}()
	return member
}

func (member *franzMember) owns() int {
	member.mutex.Lock()
	defer member.mutex.Unlock()
	return len(member.owned)
}

func (member *franzMember) read() int {
	member.mutex.Lock()
	defer member.mutex.Unlock()
	return len(member.values)
}

func franzGroup(balancer kgo.GroupBalancer) func(*testing.T) {
	return func(t *testing.T) {
		topic, group := franzTopic(t, 6, nil), unique("franz-group")
		first := joinFranz(t, group, topic, kgo.Balancers(balancer))
		eventually(t, "all six at the first", func() bool { return first.owns() == 6 })
		second := joinFranz(t, group, topic, kgo.Balancers(balancer))
		eventually(t, "three each", func() bool { return first.owns() == 3 && second.owns() == 3 })
		second.client.Close()
		eventually(t, "all six at the first again", func() bool { return first.owns() == 6 })
		franzSend(t, franz(t), topic, lines(60))
		eventually(t, "all records at the first", func() bool { return first.read() == 60 })
	}
}

func franzResumes(t *testing.T) {
	topic, group := franzTopic(t, 1, nil), unique("franz-group")
	values := lines(100)
	franzSend(t, franz(t), topic, values)
	reader := franz(t, kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	records := franzRead(t, reader, 100)
	check(t, reader.CommitRecords(deadline(t), records[:42]...))
	reader.Close()
	again := franz(t, kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic))
	rest := franzRead(t, again, 58)
	equal(t, string(rest[0].Value), values[42], "the first record after the commit")
	lag := must(kadm.NewClient(franz(t)).Lag(deadline(t), group))(t)
	equal(t, lag[group].Lag.Total(), int64(58), "lag")
}

func franzStatic(t *testing.T) {
	topic, group := franzTopic(t, 2, nil), unique("franz-group")
	first := joinFranz(t, group, topic, kgo.InstanceID("one"))
	eventually(t, "both at the first", func() bool { return first.owns() == 2 })
	first.client.Close()
	second := joinFranz(t, group, topic, kgo.InstanceID("one"))
	eventually(t, "both at the same instance's second life", func() bool { return second.owns() == 2 })
	groups := must(kadm.NewClient(franz(t)).DescribeGroups(deadline(t), group))(t)
	equal(t, len(groups[group].Members), 1, "members")
	equal(t, *groups[group].Members[0].InstanceID, "one", "instance id")
}

func franzTimes(t *testing.T) {
	topic, client := franzTopic(t, 1, nil), franz(t)
	for n := range 10 {
		record := &kgo.Record{Topic: topic, Value: []byte{byte('0' + n)}, Timestamp: time.UnixMilli(1700000000000 + int64(n)*1000)}
		check(t, client.ProduceSync(deadline(t), record).FirstErr())
	}
	read := franzRead(t, franz(t, at(topic, 0, kgo.NewOffset().AfterMilli(1700000006500))), 3)
	equal(t, string(read[0].Value), "7", "the first at or after")
	relative := franzRead(t, franz(t, at(topic, 0, kgo.NewOffset().AtEnd().Relative(-2))), 2)
	equal(t, string(relative[0].Value), "8", "two before the end")
	largest := must(kadm.NewClient(client).ListMaxTimestampOffsets(deadline(t), topic))(t)
	found, _ := largest.Lookup(topic, 0)
	equal(t, found.Offset, int64(9), "the offset of the largest timestamp")
}

func franzKeysAndHeaders(t *testing.T) {
	topic := franzTopic(t, 1, nil)
	sent := []*kgo.Record{
		{Topic: topic},
		{Topic: topic, Key: []byte{}, Value: []byte{}},
		{Topic: topic, Key: []byte("k"), Value: []byte("v"), Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("1")}, {Key: "h"}}},
	}
	check(t, franz(t).ProduceSync(deadline(t), sent...).FirstErr())
	read := franzRead(t, franz(t, at(topic, 0, kgo.NewOffset().AtStart())), 3)
	equal(t, read[0].Key == nil && read[0].Value == nil, true, "null key and value")
	equal(t, read[1].Key != nil && read[1].Value != nil && len(read[1].Value) == 0, true, "empty key and value")
	equal(t, len(read[2].Headers), 2, "headers")
	equal(t, string(read[2].Headers[0].Value), "1", "first header")
	equal(t, read[2].Headers[1].Value == nil, true, "null header value")
}

func franzTooLarge(t *testing.T) {
	limit := "10000"
	topic := franzTopic(t, 1, map[string]*string{"max.message.bytes": &limit})
	client := franz(t, kgo.ProducerBatchMaxBytes(1<<20), kgo.ProducerBatchCompression(kgo.NoCompression()))
	err := client.ProduceSync(deadline(t), &kgo.Record{Topic: topic, Value: make([]byte, 20000)}).FirstErr()
	equal(t, errors.Is(err, kerr.MessageTooLarge), true, "message too large")
}

func franzTopics(t *testing.T) {
	topic, admin := franzTopic(t, 2, nil), kadm.NewClient(franz(t))
	_, err := admin.CreateTopic(deadline(t), 1, 1, nil, topic)
	equal(t, errors.Is(err, kerr.TopicAlreadyExists), true, "exists")
	_, err = admin.CreateTopic(deadline(t), 1, 1, nil, "no/slash")
	equal(t, errors.Is(err, kerr.InvalidTopicException), true, "invalid name")
	value := "no"
	_, err = admin.CreateTopic(deadline(t), 1, 1, map[string]*string{"retention.ms": &value}, unique("franz"))
	equal(t, errors.Is(err, kerr.InvalidConfig), true, "invalid config")
	check(t, must(admin.UpdatePartitions(deadline(t), 4, topic))(t).Error())
	eventually(t, "four partitions", func() bool {
		details, err := admin.ListTopics(deadline(t), topic)
		return err == nil && len(details[topic].Partitions) == 4
	})
	value = "5000"
	check(t, func() error {
		answers, err := admin.AlterTopicConfigs(deadline(t), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &value}}, topic)
		if err != nil {
			return err
		}
		return answers[0].Err
	}())
	eventually(t, "the changed config", func() bool {
		described, err := admin.DescribeTopicConfigs(deadline(t), topic)
		if err != nil {
			return false
		}
		for _, config := range described[0].Configs {
			if config.Key == "retention.ms" {
				return config.MaybeValue() == "5000"
			}
		}
		return false
	})
	must(admin.DeleteTopic(deadline(t), topic))(t)
	eventually(t, "the topic gone", func() bool {
		details, err := admin.ListTopics(deadline(t))
		return err == nil && !details.Has(topic)
	})
}

func franzRecordsAndOffsets(t *testing.T) {
	topic, client := franzTopic(t, 1, nil), franz(t)
	admin := kadm.NewClient(client)
	franzSend(t, client, topic, lines(10))
	deleted := must(admin.DeleteRecords(deadline(t), kadm.Offsets{topic: {0: {Topic: topic, Partition: 0, At: 4}}}))(t)
	check(t, deleted.Error())
	start, _ := must(admin.ListStartOffsets(deadline(t), topic))(t).Lookup(topic, 0)
	end, _ := must(admin.ListEndOffsets(deadline(t), topic))(t).Lookup(topic, 0)
	equal(t, start.Offset, int64(4), "start")
	equal(t, end.Offset, int64(10), "end")
	read := franzRead(t, franz(t, at(topic, 0, kgo.NewOffset().AtStart())), 6)
	equal(t, read[0].Offset, int64(4), "the first record left")

	group := unique("franz-group")
	offsets := kadm.Offsets{topic: {0: {Topic: topic, Partition: 0, At: 7, LeaderEpoch: -1, Metadata: "seven"}}}
	check(t, admin.CommitAllOffsets(deadline(t), group, offsets))
	fetched := must(admin.FetchOffsets(deadline(t), group))(t)
	found, _ := fetched.Lookup(topic, 0)
	equal(t, found.At, int64(7), "committed")
	equal(t, found.Metadata, "seven", "its metadata")
	check(t, must(admin.DeleteGroups(deadline(t), group))(t).Error())
	_, listed := must(admin.ListGroups(deadline(t)))(t)[group]
	equal(t, listed, false, "a deleted group in the list")
}

func franzCluster(t *testing.T) {
	admin := kadm.NewClient(franz(t))
	cluster := must(admin.BrokerMetadata(deadline(t)))(t)
	equal(t, cluster.Cluster != "" && len(cluster.Brokers) > 0, true, "cluster id and brokers")
	topic := franzTopic(t, 1, nil)
	franzSend(t, franz(t), topic, []string{string(make([]byte, 50000)) + unique("x")})
	dirs := must(admin.DescribeAllLogDirs(deadline(t), nil))(t)
	var size int64
	dirs.Each(func(one kadm.DescribedLogDir) {
		if part, found := one.Topics.Lookup(topic, 0); found {
			size = part.Size
		}
	})
	equal(t, size > 0, true, "the partition's size on disk")
}

func franzLongPoll(t *testing.T) {
	topic := franzTopic(t, 1, nil)
	reader := franz(t, at(topic, 0, kgo.NewOffset().AtStart()), kgo.FetchMaxWait(20*time.Second))
	read := make(chan *kgo.Record, 1)
	go func() { read <- franzRead(t, reader, 1)[0] }()
	begun := time.Now()
	franzSend(t, franz(t), topic, []string{"wake"})
	record := <-read
	equal(t, string(record.Value), "wake", "value")
	equal(t, time.Since(begun) < 5*time.Second, true, "in time")
}

func TestFranzGo(t *testing.T) {
	suite(t, "franz-go", []Case{
		{"plain batches come back whole", franzRoundTrip(kgo.ProducerBatchCompression(kgo.NoCompression()))},
		{"gzip batches come back whole", franzRoundTrip(kgo.ProducerBatchCompression(kgo.GzipCompression()))},
		{"snappy batches come back whole", franzRoundTrip(kgo.ProducerBatchCompression(kgo.SnappyCompression()))},
		{"lz4 batches come back whole", franzRoundTrip(kgo.ProducerBatchCompression(kgo.Lz4Compression()))},
		{"zstd batches come back whole", franzRoundTrip(kgo.ProducerBatchCompression(kgo.ZstdCompression()))},
		{"acks of the leader alone are enough", franzRoundTrip(kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite())},
		{"no acks are written too", franzRoundTrip(kgo.RequiredAcks(kgo.NoAck()), kgo.DisableIdempotentWrite())},
		{"many small idempotent batches keep their order", franzRoundTrip(kgo.ProducerBatchMaxBytes(2000))},
		{"cooperative members share and take over", franzGroup(kgo.CooperativeStickyBalancer())},
		{"sticky members share and take over", franzGroup(kgo.StickyBalancer())},
		{"range members share and take over", franzGroup(kgo.RangeBalancer())},
		{"round robin members share and take over", franzGroup(kgo.RoundRobinBalancer())},
		{"a group resumes at its commit and its lag is told", franzResumes},
		{"a static member comes back as itself", franzStatic},
		{"records are found by time and from the end", franzTimes},
		{"null and empty keys values and headers stay apart", franzKeysAndHeaders},
		{"a batch over the topics limit is refused", franzTooLarge},
		{"topics are made grown changed and deleted", franzTopics},
		{"deleted records move the start and group offsets are administered", franzRecordsAndOffsets},
		{"the cluster and its log directories are described", franzCluster},
		{"an append ends a long poll", franzLongPoll},
	})
}
