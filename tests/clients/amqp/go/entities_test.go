package clients

import (
	"fmt"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

func TestAmqp091_entities(t *testing.T) {
	suite(t, "amqp091 entities", []Case{
		{"exchanges of every type route as they are bound", exchangesRoute},
		{"exchanges are bound to exchanges and unbound", exchangesToExchanges},
		{"an internal exchange takes no messages from clients", internalExchange},
		{"an exclusive queue is locked to others and goes with its connection", exclusiveQueue},
		{"a queue that is declared again in another way is refused", inequivalentQueue},
		{"what does not exist is not found", notFound},
		{"a queue with messages or consumers is kept when it is only to go empty or unused", conditionalDelete},
		{"a wrong password is refused with a reason", wrongPassword},
		{"a virtual host that does not exist is refused with a reason", missingVirtualHost},
		{"a command the protocol forbids closes the connection", connectionError},
		{"channels are opened by the hundred and their numbers used again", manyChannels},
	})
}

func exchangesRoute(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	direct, fanout, topic, headers := ownExchange(t, channel, "direct"), ownExchange(t, channel, "fanout"),
		ownExchange(t, channel, "topic"), ownExchange(t, channel, "headers")
	queue := ownQueue(t, channel, nil)
	check(t, channel.QueueBind(queue, "red", direct, false, nil))
	check(t, channel.QueueBind(queue, "", fanout, false, nil))
	check(t, channel.QueueBind(queue, "*.orange.#", topic, false, nil))
	check(t, channel.QueueBind(queue, "", headers, false, amqp.Table{"x-match": "any", "kind": "report", "size": int64(5)}))
	publish(t, channel, direct, "red", "direct")
	publish(t, channel, direct, "blue", "lost")
	publish(t, channel, fanout, "any", "fanout")
	publish(t, channel, topic, "quick.orange", "topic")
	publish(t, channel, topic, "orange.fox", "lost")
	for size, body := range []string{4: "lost", 5: "headers"} {
		if body != "" {
			check(t, channel.PublishWithContext(t.Context(), headers, "", false, false,
				amqp.Publishing{Headers: amqp.Table{"size": int64(size)}, Body: []byte(body)}))
		}
	}
	equal(t, bodies(t, channel, queue, 4), "direct fanout topic headers", "what was routed")
	check(t, channel.QueueUnbind(queue, "", fanout, nil))
}

func exchangesToExchanges(t *testing.T, _ *amqp.Connection, channel *amqp.Channel) {
	source, target, queue := unique("source"), unique("target"), ownQueue(t, channel, nil)
	check(t, channel.ExchangeDeclare(source, "topic", false, false, false, false, nil))
	check(t, channel.ExchangeDeclare(target, "fanout", false, false, false, false, nil))
	check(t, channel.QueueBind(queue, "", target, false, nil))
	check(t, channel.ExchangeBind(target, "a.#", source, false, nil))
	publish(t, channel, source, "a.b", "1")
	equal(t, bodies(t, channel, queue, 1), "1", "bound")
	check(t, channel.ExchangeUnbind(target, "a.#", source, false, nil))
	publish(t, channel, source, "a.b", "lost")
	publish(t, channel, target, "", "2")
	equal(t, bodies(t, channel, queue, 1), "2", "unbound")
	check(t, channel.ExchangeDelete(source, true, false))
	check(t, channel.ExchangeDelete(target, false, false))
}

func internalExchange(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	name := unique("internal")
	check(t, channel.ExchangeDeclare(name, "fanout", false, false, true, false, nil))
	code, text := refused(t, connection, func(other *amqp.Channel) error {
		return other.PublishWithContext(t.Context(), name, "", false, false, amqp.Publishing{})
	})
	equal(t, code, 403, text)
	equal(t, text, "ACCESS_REFUSED - cannot publish to internal exchange '"+name+"' in vhost '/'", "text")
	check(t, channel.ExchangeDelete(name, false, false))
}

func exclusiveQueue(t *testing.T, connection *amqp.Connection, _ *amqp.Channel) {
	owner := must(amqp.Dial("amqp://guest:guest@" + connection.RemoteAddr().String() + "/"))(t)
	queue := ownQueue(t, open(t, owner), nil)
	passive := func(other *amqp.Channel) error {
		_, err := other.QueueDeclarePassive(queue, false, false, true, false, nil)
		return err
	}
	code, text := refused(t, connection, passive)
	equal(t, code, 405, text)
	check(t, owner.Close())
	code, text = refused(t, connection, passive)
	equal(t, code, 404, text)
	equal(t, text, "NOT_FOUND - no queue '"+queue+"' in vhost '/'", "text")
}

func inequivalentQueue(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, amqp.Table{"x-message-ttl": int32(1000)})
	_, err := channel.QueueDeclare(queue, false, false, true, false, amqp.Table{"x-message-ttl": int64(1000)})
	check(t, err) // the same number in another width
	declare := func(durable bool, arguments amqp.Table) func(*amqp.Channel) error {
		return func(other *amqp.Channel) error {
			_, err := other.QueueDeclare(queue, durable, false, true, false, arguments)
			return err
		}
	}
	begin := "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue '" + queue + "' in vhost '/': "
	code, text := refused(t, connection, declare(false, nil))
	equal(t, fmt.Sprint(code, " ", text), "406 "+begin+"received none but current is the value '1000' of type 'signedint'", "left out")
	code, text = refused(t, connection, declare(false, amqp.Table{"x-message-ttl": 2000}))
	equal(t, fmt.Sprint(code, " ", text), "406 "+begin+"received '2000' but current is '1000'", "another value")
	// An exclusive queue goes with its connection: durable or not, it is the same queue.
	must(open(t, connection).QueueDeclare(queue, true, false, true, false, amqp.Table{"x-message-ttl": 1000}))(t)
}

func notFound(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	name := unique("missing")
	asked := func(action func(other *amqp.Channel) error) string {
		code, text := refused(t, connection, action)
		return fmt.Sprint(code, " ", text)
	}
	noQueue, noExchange := "404 NOT_FOUND - no queue '"+name+"' in vhost '/'", "404 NOT_FOUND - no exchange '"+name+"' in vhost '/'"
	equal(t, asked(func(other *amqp.Channel) error { _, err := other.QueuePurge(name, false); return err }), noQueue, "purge")
	equal(t, asked(func(other *amqp.Channel) error { return other.QueueBind(name, "", "amq.direct", false, nil) }), noQueue, "bind")
	equal(t, asked(func(other *amqp.Channel) error {
		return other.ExchangeDeclarePassive(name, "direct", false, false, false, false, nil)
	}), noExchange, "exchange")
	equal(t, asked(func(other *amqp.Channel) error { return other.ExchangeBind("amq.direct", "", name, false, nil) }), noExchange, "source")
	check(t, channel.QueueUnbind(ownQueue(t, channel, nil), "never", "amq.direct", nil))
}

func conditionalDelete(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	confirmed := confirming(t, connection)
	one := must(confirmed.PublishWithDeferredConfirmWithContext(t.Context(), "", queue, false, false, amqp.Publishing{Body: []byte("x")}))(t)
	equal(t, one.Wait(), true, "confirmed")
	code, text := refused(t, connection, func(other *amqp.Channel) error { _, err := other.QueueDelete(queue, false, true, false); return err })
	equal(t, fmt.Sprint(code, " ", text), "406 PRECONDITION_FAILED - queue '"+queue+"' in vhost '/' not empty", "if empty")
	deliveries := must(channel.Consume(queue, "", true, false, false, false, nil))(t)
	delivered(t, deliveries)
	code, text = refused(t, connection, func(other *amqp.Channel) error { _, err := other.QueueDelete(queue, true, false, false); return err })
	equal(t, fmt.Sprint(code, " ", text), "406 PRECONDITION_FAILED - queue '"+queue+"' in vhost '/' in use", "if unused")
}

func wrongPassword(t *testing.T, connection *amqp.Connection, _ *amqp.Channel) {
	_, err := amqp.Dial("amqp://guest:wrong@" + connection.RemoteAddr().String() + "/")
	refusal, ok := err.(*amqp.Error)
	equal(t, ok, true, fmt.Sprint(err))
	equal(t, refusal.Code, 403, refusal.Reason)
}

func missingVirtualHost(t *testing.T, connection *amqp.Connection, _ *amqp.Channel) {
	_, err := amqp.Dial("amqp://guest:guest@" + connection.RemoteAddr().String() + "/nowhere")
	equal(t, fmt.Sprint(err), `Exception (530) Reason: "NOT_ALLOWED - vhost nowhere not found"`, "the reason")
}

func connectionError(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	closed := connection.NotifyClose(make(chan *amqp.Error, 1))
	check(t, channel.PublishWithContext(t.Context(), "", "x", false, true, amqp.Publishing{}))
	equal(t, fmt.Sprint(<-closed), `Exception (540) Reason: "NOT_IMPLEMENTED - immediate=true"`, "the reason")
}

func manyChannels(t *testing.T, connection *amqp.Connection, channel *amqp.Channel) {
	queue := ownQueue(t, channel, nil)
	for round := range 2 {
		var channels []*amqp.Channel
		for range 500 {
			channels = append(channels, open(t, connection))
		}
		for _, one := range channels {
			publish(t, one, "", queue, "x")
		}
		for _, one := range channels {
			check(t, one.Close()) // answered when what it published is in the queue
		}
		state := must(channel.QueueDeclarePassive(queue, false, false, true, false, nil))(t)
		equal(t, state.Messages, 500*(round+1), "messages")
	}
}
