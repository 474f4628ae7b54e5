// go-stomp's cases. Each is a sentence.
package stompclients

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/go-stomp/stomp/v3"
	"github.com/go-stomp/stomp/v3/frame"
)

const deadline = 20 * time.Second

func unique(word string) string {
	random := make([]byte, 6)
	rand.Read(random)
	return word + "-" + hex.EncodeToString(random)
}

func connected(t *testing.T, options ...func(*stomp.Conn) error) *stomp.Conn {
	t.Helper()
	all := append([]func(*stomp.Conn) error{stomp.ConnOpt.Login("guest", "guest"), stomp.ConnOpt.Host("/")}, options...)
	connection, err := stomp.Dial("tcp", os.Getenv("WHARF_STOMP"), all...)
	if err != nil {
		t.Fatalf("not connected: %v", err)
	}
	t.Cleanup(func() { _ = connection.Disconnect() })
	return connection
}

func subscribed(t *testing.T, connection *stomp.Conn, destination string, mode stomp.AckMode, options ...func(*frame.Frame) error) *stomp.Subscription {
	t.Helper()
	subscription, err := connection.Subscribe(destination, mode, options...)
	if err != nil {
		t.Fatalf("not subscribed: %v", err)
	}
	// What comes behind it is answered when it is done.
	must(t, connection.Send("/queue/"+unique("fence"), "", nil, stomp.SendOpt.Receipt))
	return subscription
}

func received(t *testing.T, subscription *stomp.Subscription) *stomp.Message {
	t.Helper()
	select {
	case message := <-subscription.C:
		if message.Err != nil {
			t.Fatalf("an error in place of a message: %v", message.Err)
		}
		return message
	case <-time.After(deadline):
		t.Fatal("no message came")
	}
	return nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestGo_stomp(t *testing.T) {
	for _, version := range []stomp.Version{stomp.V10, stomp.V11, stomp.V12} {
		t.Run(fmt.Sprintf("STOMP_%s:_messages_arrive_in_order_and_whole", version), func(t *testing.T) {
			t.Parallel()
			connection := connected(t, stomp.ConnOpt.AcceptVersion(version))
			name := "/queue/" + unique("order")
			subscription := subscribed(t, connection, name, stomp.AckAuto)
			body := make([]byte, 256)
			for i := range body {
				body[i] = byte(i)
			}
			// By another connection: this one does not send while what it has received is not taken.
			sender := connected(t, stomp.ConnOpt.AcceptVersion(version))
			for number := range 100 {
				must(t, sender.Send(name, "application/octet-stream", append(body, byte(number))))
			}
			for number := range 100 {
				message := received(t, subscription)
				if !bytes.Equal(message.Body, append(body, byte(number))) || message.ContentType != "application/octet-stream" {
					t.Fatalf("message %d: %v %q", number, message.Body, message.ContentType)
				}
			}
		})
	}

	t.Run("what_was_not_acknowledged_comes_back", func(t *testing.T) {
		t.Parallel()
		name := "/queue/" + unique("back")
		first := connected(t)
		subscription := subscribed(t, first, name, stomp.AckClientIndividual)
		for number := range 3 {
			must(t, first.Send(name, "text/plain", []byte(fmt.Sprint(number)), stomp.SendOpt.Receipt))
		}
		messages := []*stomp.Message{received(t, subscription), received(t, subscription), received(t, subscription)}
		must(t, first.Ack(messages[1]))
		must(t, first.Disconnect())
		second := connected(t)
		rest := subscribed(t, second, name, stomp.AckAuto)
		for _, wanted := range []string{"0", "2"} {
			message := received(t, rest)
			if string(message.Body) != wanted || message.Header.Get("redelivered") != "true" {
				t.Fatalf("expected %s again, got %s %v", wanted, message.Body, message.Header)
			}
		}
	})

	t.Run("a_nack_brings_a_message_back", func(t *testing.T) {
		t.Parallel()
		connection := connected(t)
		name := "/queue/" + unique("nack")
		subscription := subscribed(t, connection, name, stomp.AckClientIndividual)
		must(t, connection.Send(name, "", []byte("1")))
		must(t, connection.Nack(received(t, subscription)))
		must(t, connection.Ack(received(t, subscription)))
	})

	t.Run("a_transaction_counts_as_a_whole", func(t *testing.T) {
		t.Parallel()
		connection := connected(t)
		name := "/queue/" + unique("transaction")
		subscription := subscribed(t, connection, name, stomp.AckClientIndividual)
		aborted := connection.Begin()
		must(t, aborted.Send(name, "", []byte("dropped")))
		must(t, aborted.Abort())
		committed := connection.Begin()
		must(t, committed.Send(name, "", []byte("1")))
		must(t, committed.Send(name, "", []byte("2")))
		must(t, committed.Commit())
		message := received(t, subscription)
		if string(message.Body) != "1" {
			t.Fatalf("got %s", message.Body)
		}
		settling := connection.Begin()
		must(t, settling.Ack(message))
		must(t, settling.Commit())
		if message := received(t, subscription); string(message.Body) != "2" {
			t.Fatalf("got %s", message.Body)
		}
	})

	t.Run("heart_beats_keep_a_connection", func(t *testing.T) {
		t.Parallel()
		connection := connected(t, stomp.ConnOpt.HeartBeat(time.Second, time.Second))
		name := "/queue/" + unique("beats")
		subscription := subscribed(t, connection, name, stomp.AckAuto)
		select {
		case message := <-subscription.C:
			t.Fatalf("came: %v", message)
		case <-time.After(4 * time.Second):
		}
		must(t, connection.Send(name, "", []byte("still here"), stomp.SendOpt.Receipt))
		received(t, subscription)
	})

	t.Run("a_topic_reaches_all_who_listen", func(t *testing.T) {
		t.Parallel()
		one, two := connected(t), connected(t)
		topic := "/topic/" + unique("news")
		first, second := subscribed(t, one, topic, stomp.AckAuto), subscribed(t, two, topic, stomp.AckAuto)
		must(t, one.Send(topic, "text/plain", []byte("1"), stomp.SendOpt.Header("kind", "a:b\nc")))
		for _, subscription := range []*stomp.Subscription{first, second} {
			message := received(t, subscription)
			if message.Destination != topic || message.Header.Get("kind") != "a:b\nc" {
				t.Fatalf("%s %v", message.Destination, message.Header)
			}
		}
	})
}
