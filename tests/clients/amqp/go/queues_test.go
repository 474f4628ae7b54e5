package clients

import (
	"fmt"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func TestAmqp091_queues(t *testing.T) {
	suite(t, "amqp091 queues", []Case{
		{"what is given back comes again in its old place and says so", givenBack},
		{"several messages are acknowledged and given back at once", settledAtOnce},
		{"what a closed connection had not acknowledged comes again", closedConnection},
		{"a consumer gets no more than its prefetch until it acknowledges", prefetch},
		{"a consumer that is cancelled gets nothing more", cancelled},
		{"a consumer is told when its queue is deleted", cancelNotice},
		{"messages go to consumers in turn", inTurn},
		{"a rejected message is dead-lettered with its story", deadLettered},
		{"a message that is dead-lettered again is counted in its story", deadLetteredAgain},
		{"a queue's time to live and a message's own both count", expires},
		{"a queue of limited bytes drops its oldest", limitedBytes},
		{"a full queue refuses what is published", refusesPublish},
		{"a full queue dead-letters what it refuses", refusesToDeadLetters},
		{"higher priorities come first", priorities},
		{"one consumer at a time gets the messages of a single-active queue", singleActive},
		{"an auto-delete queue is gone when the end of its last consumer is answered", autoDelete},
		{"what a channel held that was closed for a mistake is back when that is told", closedForMistake},
		{"purging tells how many went", purged},
		{"a delivery tag that was never given closes the channel", unknownTag},
	})
}

func consume(t *testing.T, channel *amqp.Channel, queue, tag string, autoAck bool) <-chan amqp.Delivery {
	t.Helper()
	return must(channel.Consume(queue, tag, autoAck, false, false, false, nil))(t)
}

func waiting(t *testing.T, channel *amqp.Channel, queue string) int {
	t.Helper()
	return must(channel.QueueDeclarePassive(queue, false, false, true, false, nil))(t).Messages
}

func givenBack(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	publish(t, channel, "", queue, "a", "b", "c")
	first, second := next(t, channel, queue, false), next(t, channel, queue, false)
	check(t, second.Reject(true))
	check(t, first.Nack(false, true))
	again := next(t, channel, queue, true)
	equal(t, fmt.Sprint(string(again.Body), again.Redelivered), fmt.Sprint("a", true), "again")
	equal(t, bodies(t, channel, queue, 2), "b c", "the rest")
}

func settledAtOnce(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	publish(t, channel, "", queue, "a", "b", "c", "d")
	next(t, channel, queue, false)
	check(t, next(t, channel, queue, false).Ack(true))
	next(t, channel, queue, false)
	check(t, next(t, channel, queue, false).Nack(true, true))
	equal(t, bodies(t, channel, queue, 2), "c d", "what was given back")
}

func closedConnection(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := unique("q")
	must(channel.QueueDeclare(queue, false, false, false, false, nil))(t)
	publish(t, channel, "", queue, "a", "b", "c")
	other := must(amqp.Dial("amqp://guest:guest@" + connection.RemoteAddr().String() + "/"))(t)
	deliveries := consume(t, open(t, other), queue, "", false)
	delivered(t, deliveries)
	check(t, delivered(t, deliveries).Ack(false))
	check(t, other.Close())
	again := next(t, channel, queue, true)
	equal(t, fmt.Sprint(string(again.Body), again.Redelivered), fmt.Sprint("a", true), "again")
	equal(t, bodies(t, channel, queue, 1), "c", "the rest")
	must(channel.QueueDelete(queue, false, false, false))(t)
}

func prefetch(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	publish(t, channel, "", queue, "a", "b", "c", "d", "e")
	check(t, channel.Qos(2, 0, false))
	deliveries := consume(t, channel, queue, "", false)
	delivered(t, deliveries)
	second := delivered(t, deliveries)
	equal(t, waiting(t, channel, queue), 3, "waiting")
	check(t, second.Ack(true))
	delivered(t, deliveries)
	delivered(t, deliveries)
	equal(t, waiting(t, channel, queue), 1, "waiting")
}

func cancelled(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	deliveries := consume(t, channel, queue, "mine", true)
	publish(t, channel, "", queue, "a")
	equal(t, delivered(t, deliveries).ConsumerTag, "mine", "tag")
	check(t, channel.Cancel("mine", false))
	publish(t, channel, "", queue, "b")
	equal(t, bodies(t, channel, queue, 1), "b", "what stays")
	_, more := <-deliveries
	equal(t, more, false, "a delivery to the cancelled")
}

func cancelNotice(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	notices := channel.NotifyCancel(make(chan string, 1))
	deliveries := consume(t, channel, queue, "mine", true)
	must(open(t, connection).QueueDelete(queue, false, false, false))(t)
	equal(t, <-notices, "mine", "the notice")
	_, more := <-deliveries
	equal(t, more, false, "a delivery")
}

func inTurn(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	first, second := consume(t, channel, queue, "", true), consume(t, open(t, connection), queue, "", true)
	for range 5 {
		publish(t, channel, "", queue, "x", "y")
	}
	for range 5 {
		delivered(t, first)
		delivered(t, second)
	}
}

func deadLettered(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	dead, exchange := ownQueue(t, channel, nil), ownExchange(t, channel, "direct")
	check(t, channel.QueueBind(dead, "dead", exchange, false, nil))
	queue := ownQueue(t, channel, amqp.Table{"x-dead-letter-exchange": exchange, "x-dead-letter-routing-key": "dead"})
	publish(t, channel, "", queue, "x")
	check(t, next(t, channel, queue, false).Reject(false))
	got := next(t, channel, dead, true)
	death := got.Headers["x-death"].([]any)[0].(amqp.Table)
	equal(t, fmt.Sprint(death["reason"], death["queue"], death["exchange"], death["count"], death["routing-keys"]),
		fmt.Sprint("rejected", queue, "", int64(1), []any{queue}), "x-death")
	if at := death["time"].(time.Time); time.Since(at) > time.Minute {
		t.Errorf("died at %v", at)
	}
	equal(t, fmt.Sprint(got.Headers["x-first-death-reason"], got.Headers["x-first-death-queue"], got.Headers["x-first-death-exchange"]),
		fmt.Sprint("rejected", queue, ""), "x-first-death")
	equal(t, got.RoutingKey, "dead", "routing key")
}

func deadLetteredAgain(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	work, wait := unique("work"), unique("wait")
	declare := func(name string, arguments amqp.Table) {
		must(channel.QueueDeclare(name, false, false, true, false, arguments))(t)
	}
	declare(work, amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": wait})
	declare(wait, amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": work, "x-message-ttl": 20})
	publish(t, channel, "", work, "x")
	for range 3 {
		check(t, next(t, channel, work, false).Nack(false, false))
	}
	deaths := next(t, channel, work, true).Headers["x-death"].([]any)
	equal(t, len(deaths), 2, "entries")
	for n, reason := range []string{"expired", "rejected"} { // the latest first
		death := deaths[n].(amqp.Table)
		equal(t, fmt.Sprint(death["reason"], death["count"]), fmt.Sprint(reason, int64(3)), "entry")
	}
}

func expires(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, amqp.Table{"x-message-ttl": 50})
	publish(t, channel, "", queue, "a")
	eventually(t, "the queue's time to live", func() bool { return waiting(t, channel, queue) == 0 })
	other := ownQueue(t, channel, nil)
	check(t, channel.PublishWithContext(t.Context(), "", other, false, false, amqp.Publishing{Expiration: "50", Body: []byte("b")}))
	publish(t, channel, "", other, "stays")
	eventually(t, "the message's own", func() bool { return waiting(t, channel, other) == 1 })
	equal(t, bodies(t, channel, other, 1), "stays", "what is left")
}

func limitedBytes(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, amqp.Table{"x-max-length-bytes": 10})
	publish(t, channel, "", queue, "aaaa", "bbbb", "cccc")
	equal(t, bodies(t, channel, queue, 2), "bbbb cccc", "what is left")
}

func refusesPublish(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	refusing(t, connection, channel, amqp.Table{"x-max-length": 1, "x-overflow": "reject-publish"})
}

func refusesToDeadLetters(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	dead := ownQueue(t, channel, nil)
	refusing(t, connection, channel, amqp.Table{"x-max-length": 1, "x-overflow": "reject-publish-dlx", "x-dead-letter-exchange": "",
		"x-dead-letter-routing-key": dead})
	equal(t, bodies(t, channel, dead, 1), "1", "what was refused")
}

func refusing(t *testing.T, connection *amqp.Connection, channel *amqp.Channel, arguments amqp.Table) {
	t.Helper()
	queue := ownQueue(t, channel, arguments)
	confirmed := confirming(t, connection)
	for n, expected := range []bool{true, false} {
		one := must(confirmed.PublishWithDeferredConfirmWithContext(t.Context(), "", queue, false, false, amqp.Publishing{Body: fmt.Append(nil, n)}))(t)
		equal(t, one.Wait(), expected, "confirmed")
	}
	equal(t, bodies(t, channel, queue, 1), "0", "what is left")
}

func priorities(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, amqp.Table{"x-max-priority": uint8(10)})
	for _, priority := range []uint8{0, 10, 4, 200, 4} {
		check(t, channel.PublishWithContext(t.Context(), "", queue, false, false, amqp.Publishing{Priority: priority, Body: fmt.Append(nil, priority)}))
	}
	equal(t, bodies(t, channel, queue, 5), "10 200 4 4 0", "in order")
}

func singleActive(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := unique("q")
	must(channel.QueueDeclare(queue, false, true, false, false, amqp.Table{"x-single-active-consumer": true}))(t)
	other := must(amqp.Dial("amqp://guest:guest@" + connection.RemoteAddr().String() + "/"))(t)
	first, second := consume(t, open(t, other), queue, "", true), consume(t, channel, queue, "", true)
	publish(t, channel, "", queue, "a", "b")
	equal(t, string(delivered(t, first).Body)+string(delivered(t, first).Body), "ab", "the first")
	check(t, other.Close())
	publish(t, channel, "", queue, "c")
	equal(t, string(delivered(t, second).Body), "c", "the second")
}

// On another connection, which may be another core's: without waiting, since it was answered.
func autoDelete(t *testing.T, connection *amqp.Connection, _ *amqp.Channel) {
	ends := map[string]func(*amqp.Connection, *amqp.Channel) error{
		"basic.cancel":     func(_ *amqp.Connection, channel *amqp.Channel) error { return channel.Cancel("mine", false) },
		"channel.close":    func(_ *amqp.Connection, channel *amqp.Channel) error { return channel.Close() },
		"connection.close": func(other *amqp.Connection, _ *amqp.Channel) error { return other.Close() },
	}
	for what, end := range ends {
		for range 10 {
			other := dial(t, connection.RemoteAddr().String())
			channel, queue := open(t, other), unique("q")
			must(channel.QueueDeclare(queue, false, true, false, false, nil))(t)
			consume(t, channel, queue, "mine", true)
			check(t, end(other, channel))
			code, text := refused(t, connection, func(asking *amqp.Channel) error {
				_, err := asking.QueueDeclarePassive(queue, false, true, false, false, nil)
				return err
			})
			equal(t, code, 404, what+": "+text)
		}
	}
}

func closedForMistake(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := unique("q")
	must(channel.QueueDeclare(queue, false, false, false, false, nil))(t)
	publish(t, channel, "", queue, "a", "b", "c")
	for range 10 {
		other := dial(t, connection.RemoteAddr().String())
		code, text := refused(t, other, func(holder *amqp.Channel) error {
			deliveries := consume(t, holder, queue, "", false)
			for range 3 {
				delivered(t, deliveries)
			}
			return holder.Ack(7, false)
		})
		equal(t, code, 406, text)
		equal(t, waiting(t, channel, queue), 3, "messages")
	}
	must(channel.QueueDelete(queue, false, false, false))(t)
}

func purged(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	publish(t, channel, "", queue, "a", "b", "c")
	next(t, channel, queue, false)
	equal(t, must(channel.QueuePurge(queue, false))(t), 2, "purged")
	check(t, channel.Nack(1, false, true)) // what is not acknowledged is not purged
	equal(t, bodies(t, channel, queue, 1), "a", "the rest")
}

func unknownTag(t *testing.T, connection *amqp.Connection, _ *amqp.Channel) {
	code, text := refused(t, connection, func(other *amqp.Channel) error { return other.Ack(7, false) })
	equal(t, fmt.Sprint(code, " ", text), "406 PRECONDITION_FAILED - unknown delivery tag 7", "refusal")
}
