// Package clients proves a broker with RabbitMQ's own Go client.
package clients

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Case is one sentence and what proves it, with a connection and a channel of its own.
type Case struct {
	Name string
	Run  func(t *testing.T, connection *amqp.Connection, channel *amqp.Channel)
}

// suite runs the cases that WHARF_TEST_FILTER wants, side by side.
func suite(t *testing.T, client string, cases []Case) {
	for _, one := range cases {
		if !strings.Contains(client+": "+one.Name, os.Getenv("WHARF_TEST_FILTER")) {
			continue
		}
		t.Run(one.Name, func(t *testing.T) {
			t.Parallel()
			connection := dial(t, os.Getenv("WHARF_AMQP"))
			one.Run(t, connection, open(t, connection))
		})
	}
}

func dial(t *testing.T, address string) *amqp.Connection {
	t.Helper()
	connection := must(amqp.Dial("amqp://guest:guest@" + address + "/"))(t)
	t.Cleanup(func() { connection.Close() })
	return connection
}

func open(t *testing.T, connection *amqp.Connection) *amqp.Channel {
	t.Helper()
	return must(connection.Channel())(t)
}

// confirming is a channel whose publishes are confirmed.
func confirming(t *testing.T, connection *amqp.Connection) *amqp.Channel {
	t.Helper()
	channel := open(t, connection)
	check(t, channel.Confirm(false))
	return channel
}

// ownQueue is a queue of the case's own, gone with its connection.
func ownQueue(t *testing.T, channel *amqp.Channel, arguments amqp.Table) string {
	t.Helper()
	return must(channel.QueueDeclare(unique("q"), false, false, true, false, arguments))(t).Name
}

// ownExchange goes with the last binding from it.
func ownExchange(t *testing.T, channel *amqp.Channel, kind string) string {
	t.Helper()
	name := unique(kind)
	check(t, channel.ExchangeDeclare(name, kind, false, true, false, false, nil))
	return name
}

func publish(t *testing.T, channel *amqp.Channel, exchange, key string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		check(t, channel.PublishWithContext(t.Context(), exchange, key, false, false, amqp.Publishing{Body: []byte(body)}))
	}
}

// next is the next message of a queue, waited for.
func next(t *testing.T, channel *amqp.Channel, queue string, autoAck bool) amqp.Delivery {
	t.Helper()
	var message amqp.Delivery
	eventually(t, "a message in "+queue, func() bool {
		var ok bool
		var err error
		message, ok, err = channel.Get(queue, autoAck)
		check(t, err)
		return ok
	})
	return message
}

// bodies takes count messages, after which the queue must be empty.
func bodies(t *testing.T, channel *amqp.Channel, queue string, count int) string {
	t.Helper()
	var read []string
	for range count {
		read = append(read, string(next(t, channel, queue, true).Body))
	}
	_, more, err := channel.Get(queue, true)
	check(t, err)
	equal(t, more, false, "more in "+queue)
	return strings.Join(read, " ")
}

// delivered is the next delivery of a consumer, waited for.
func delivered(t *testing.T, deliveries <-chan amqp.Delivery) amqp.Delivery {
	t.Helper()
	select {
	case one, ok := <-deliveries:
		if !ok {
			t.Fatal("the consumer was cancelled")
		}
		return one
	case <-time.After(20 * time.Second):
		t.Fatal("nothing delivered within 20 s")
		return amqp.Delivery{}
	}
}

// refused is the error that a channel of its own is closed with when it is asked for this.
func refused(t *testing.T, connection *amqp.Connection, action func(channel *amqp.Channel) error) (int, string) {
	t.Helper()
	channel := open(t, connection)
	closed := channel.NotifyClose(make(chan *amqp.Error, 1))
	var refusal *amqp.Error
	if err := action(channel); err != nil && errors.As(err, &refusal) && refusal.Server {
		return refusal.Code, refusal.Reason
	}
	select {
	case refusal = <-closed:
		if refusal == nil {
			t.Fatal("the channel closed without an error")
		}
		return refusal.Code, refusal.Reason
	case <-time.After(20 * time.Second):
		t.Fatal("not refused within 20 s")
		return 0, ""
	}
}

// unique is a name that no other case, run or suite uses: cases share one broker.
func unique(word string) string {
	bytes := make([]byte, 6)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return word + "-" + hex.EncodeToString(bytes)
}

func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		check(t, err)
		return value
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, actual, expected T, what string) {
	t.Helper()
	if actual != expected {
		t.Fatalf("%s: expected %v, got %v", what, expected, actual)
	}
}

// eventually polls until the condition holds; the deadline fails the case.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !condition(); {
		if time.Now().After(end) {
			t.Fatalf("not within 30 s: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
