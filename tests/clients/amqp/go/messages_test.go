package clients

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func TestAmqp091_messages(t *testing.T) {
	suite(t, "amqp091 messages", []Case{
		{"every publish of a burst is confirmed", burst},
		{"a mandatory message without a queue comes back before its confirm", mandatory},
		{"all properties come back as they were sent", properties},
		{"typed headers come back as they were sent", typedHeaders},
		{"a message of 1 MB comes back as it was sent", large(1 << 20)},
		{"a message of 20 MB comes back as it was sent", large(20 << 20)},
		{"an empty message is a message", large(0)},
		{"what a transaction published and acknowledged counts when it commits", transactionCommits},
		{"what a transaction published and acknowledged is undone when it rolls back", transactionRollsBack},
		{"confirms and transactions do not go together", confirmsOrTransactions},
	})
}

func roundTrip(t *testing.T, channel *amqp.Channel, message amqp.Publishing) amqp.Delivery {
	t.Helper()
	queue := ownQueue(t, channel, nil)
	check(t, channel.PublishWithContext(t.Context(), "", queue, false, false, message))
	return next(t, channel, queue, true)
}

func burst(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := unique("q")
	must(channel.QueueDeclare(queue, true, false, false, false, nil))(t)
	confirmed := confirming(t, connection)
	var confirms []*amqp.DeferredConfirmation
	for n := range 2000 {
		confirms = append(confirms, must(confirmed.PublishWithDeferredConfirmWithContext(t.Context(), "", queue, false, false,
			amqp.Publishing{DeliveryMode: amqp.Persistent, Body: fmt.Appendf(nil, "%d", n)}))(t))
	}
	deadline, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, one := range confirms {
		equal(t, must(one.WaitContext(deadline))(t), true, "confirmed")
	}
	equal(t, must(channel.QueueDelete(queue, false, false, false))(t), 2000, "messages")
}

func mandatory(t *testing.T, connection *amqp.Connection, _ *amqp.Channel) {
	channel := confirming(t, connection)
	returns := channel.NotifyReturn(make(chan amqp.Return, 1))
	confirms := channel.NotifyPublish(make(chan amqp.Confirmation, 1))
	check(t, channel.PublishWithContext(t.Context(), "amq.topic", unique("nowhere"), true, false, amqp.Publishing{Body: []byte("back"), MessageId: "1"}))
	equal(t, (<-confirms).Ack, true, "confirmed")
	select {
	case back := <-returns:
		equal(t, fmt.Sprint(back.ReplyCode, back.ReplyText, string(back.Body), back.MessageId), fmt.Sprint(312, "NO_ROUTE", "back", "1"), "returned")
	default:
		t.Fatal("not returned when it was confirmed")
	}
}

func properties(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	sent := amqp.Publishing{
		ContentType: "text/plain", ContentEncoding: "gzip", DeliveryMode: 2, Priority: 7, CorrelationId: "c", ReplyTo: "r", Expiration: "60000",
		MessageId: "m", Timestamp: time.Unix(1700000000, 0), Type: "t", UserId: "guest", AppId: "a", Body: []byte("body"),
	}
	got := roundTrip(t, channel, sent)
	equal(t, fmt.Sprint(got.ContentType, got.ContentEncoding, got.DeliveryMode, got.Priority, got.CorrelationId, got.ReplyTo, got.Expiration,
		got.MessageId, got.Timestamp.Unix(), got.Type, got.UserId, got.AppId, string(got.Body), len(got.Headers)),
		fmt.Sprint(sent.ContentType, sent.ContentEncoding, sent.DeliveryMode, sent.Priority, sent.CorrelationId, sent.ReplyTo, sent.Expiration,
			sent.MessageId, sent.Timestamp.Unix(), sent.Type, sent.UserId, sent.AppId, string(sent.Body), 0), "properties")
}

func typedHeaders(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	headers := amqp.Table{
		"bool": true, "byte": byte(200), "int8": int8(-5), "int16": int16(-300), "int32": int32(-70000), "int64": int64(1) << 50,
		"uint16": uint16(65535), "uint32": uint32(4000000000), "float32": float32(0.5), "float64": 0.1, "decimal": amqp.Decimal{Scale: 2, Value: 1999},
		"string": "caf\u00e9", "long": strings.Repeat("x", 5000), "bytes": []byte{0, 255, 1}, "null": nil, "time": time.Unix(1700000000, 0),
		"list":  []any{"a", int32(1), nil, []any{true}, amqp.Table{"deep": int64(3)}},
		"table": amqp.Table{"empty": amqp.Table{}, "none": []any{}, "nested": amqp.Table{"decimal": amqp.Decimal{Scale: 1, Value: -3}}},
	}
	got := roundTrip(t, channel, amqp.Publishing{Headers: headers}).Headers
	equal(t, len(got), len(headers), "headers")
	for name, value := range headers {
		if at, ok := value.(time.Time); ok {
			equal(t, at.Equal(got[name].(time.Time)), true, name)
		} else if !reflect.DeepEqual(got[name], value) && fmt.Sprintf("%T%v", got[name], got[name]) != fmt.Sprintf("%T%v", value, value) {
			t.Errorf("%s: expected %T %v, got %T %v", name, value, value, got[name], got[name])
		}
	}
}

func large(size int) func(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	return func(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
		body := make([]byte, size)
		must(rand.Read(body))(t)
		equal(t, bytes.Equal(roundTrip(t, channel, amqp.Publishing{Body: body}).Body, body), true, "the same bytes")
	}
}

func transactionCommits(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	publish(t, channel, "", queue, "old")
	transactional := open(t, connection)
	check(t, transactional.Tx())
	check(t, next(t, transactional, queue, false).Ack(false))
	publish(t, transactional, "", queue, "new", "newer")
	_, there, err := transactional.Get(queue, false)
	check(t, err)
	equal(t, there, false, "a message before the commit")
	check(t, transactional.TxCommit())
	check(t, transactional.Close())
	equal(t, bodies(t, channel, queue, 2), "new newer", "after the commit")
}

func transactionRollsBack(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	publish(t, channel, "", queue, "old")
	transactional := open(t, connection)
	check(t, transactional.Tx())
	check(t, next(t, transactional, queue, false).Ack(false))
	publish(t, transactional, "", queue, "new")
	check(t, transactional.TxRollback())
	check(t, transactional.Close())
	again := next(t, channel, queue, true)
	equal(t, fmt.Sprint(string(again.Body), again.Redelivered), fmt.Sprint("old", true), "after the rollback")
	equal(t, bodies(t, channel, queue, 0), "", "after the rollback")
}

func confirmsOrTransactions(t *testing.T, connection *amqp.Connection, _ *amqp.Channel) {
	code, text := refused(t, connection, func(other *amqp.Channel) error {
		check(t, other.Confirm(false))
		return other.Tx()
	})
	equal(t, fmt.Sprint(code, " ", text), "406 PRECONDITION_FAILED - cannot switch from confirm to tx mode", "confirm, then tx")
	code, text = refused(t, connection, func(other *amqp.Channel) error {
		check(t, other.Tx())
		return other.Confirm(false)
	})
	equal(t, fmt.Sprint(code, " ", text), "406 PRECONDITION_FAILED - cannot switch from tx to confirm mode", "tx, then confirm")
	code, text = refused(t, connection, func(other *amqp.Channel) error { return other.TxCommit() })
	equal(t, fmt.Sprint(code, " ", text), "406 PRECONDITION_FAILED - channel is not transactional", "commit")
}
