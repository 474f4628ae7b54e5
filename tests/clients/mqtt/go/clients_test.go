// Package clients proves a broker with Eclipse's Go client of MQTT 5.
package clients

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
)

const patience = 20 * time.Second

// peer is a client that collects what comes.
type peer struct {
	*paho.Client
	connection net.Conn
	came       chan *paho.Publish
	lost       chan *paho.Disconnect
}

func unique(word string) string {
	random := make([]byte, 6)
	rand.Read(random)
	return word + "-" + hex.EncodeToString(random)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, got, wanted any) {
	t.Helper()
	if !reflect.DeepEqual(got, wanted) {
		t.Fatalf("expected %v, got %v", wanted, got)
	}
}

// dial connects, and says what the broker answered.
func dial(t *testing.T, connect *paho.Connect) (*peer, *paho.Connack) {
	t.Helper()
	connection, err := net.Dial("tcp", os.Getenv("WHARF_MQTT"))
	check(t, err)
	one := &peer{connection: connection, came: make(chan *paho.Publish, 1000), lost: make(chan *paho.Disconnect, 1)}
	one.Client = paho.NewClient(paho.ClientConfig{
		Conn: connection,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(received paho.PublishReceived) (bool, error) {
			one.came <- received.Packet
			return true, nil
		}},
		OnServerDisconnect: func(disconnect *paho.Disconnect) { one.lost <- disconnect },
	})
	if connect.ClientID == "" {
		connect.ClientID = unique("c")
	}
	connect.KeepAlive = 30
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	answer, err := one.Connect(ctx, connect)
	check(t, err)
	t.Cleanup(func() { one.Disconnect(&paho.Disconnect{}) })
	return one, answer
}

func clean(t *testing.T) *peer {
	t.Helper()
	one, _ := dial(t, &paho.Connect{CleanStart: true})
	return one
}

func (p *peer) subscribe(t *testing.T, topic string, qos byte) {
	t.Helper()
	answer, err := p.Subscribe(t.Context(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: topic, QoS: qos}}})
	check(t, err)
	equal(t, answer.Reasons, []byte{qos})
}

func (p *peer) publish(t *testing.T, message *paho.Publish) {
	t.Helper()
	_, err := p.Publish(t.Context(), message)
	check(t, err)
}

func (p *peer) next(t *testing.T) *paho.Publish {
	t.Helper()
	select {
	case message := <-p.came:
		return message
	case <-time.After(patience):
		t.Fatal("nothing came")
		return nil
	}
}

// Case is one sentence and what proves it.
type Case struct {
	Name string
	Run  func(t *testing.T)
}

func TestPaho_golang(t *testing.T) {
	for _, one := range []Case{
		{"messages of each QoS arrive in order", inOrder},
		{"properties arrive as they were published", properties},
		{"a session waits for its client", session},
		{"a second connection takes the session over and the first is told", takeOver},
		{"a retained message is there for a later subscriber", retained},
		{"members of a group share its messages", group},
		{"what the broker allows is told", limits},
	} {
		if !strings.Contains("paho.golang: "+one.Name, os.Getenv("WHARF_TEST_FILTER")) {
			continue
		}
		t.Run(one.Name, func(t *testing.T) {
			t.Parallel()
			one.Run(t)
		})
	}
}

func inOrder(t *testing.T) {
	subscriber, publisher := clean(t), clean(t)
	for qos := byte(0); qos <= 2; qos++ {
		topic := unique("order")
		subscriber.subscribe(t, topic, qos)
		for number := range 100 {
			publisher.publish(t, &paho.Publish{Topic: topic, QoS: qos, Payload: fmt.Append(nil, number)})
		}
		for number := range 100 {
			message := subscriber.next(t)
			equal(t, string(message.Payload), fmt.Sprint(number))
			equal(t, message.QoS, qos)
		}
	}
}

func properties(t *testing.T) {
	one, topic := clean(t), unique("properties")
	one.subscribe(t, topic, 1)
	format, expiry := byte(1), uint32(100)
	sent := &paho.PublishProperties{PayloadFormat: &format, MessageExpiry: &expiry, ContentType: "text/plain", ResponseTopic: "answers/here",
		CorrelationData: []byte{0, 255}, User: paho.UserProperties{{Key: "k", Value: "1"}, {Key: "k", Value: "2"}}}
	one.publish(t, &paho.Publish{Topic: topic, QoS: 1, Payload: []byte("x"), Properties: sent})
	came := one.next(t).Properties
	equal(t, came.User, sent.User)
	equal(t, []any{*came.PayloadFormat, came.ContentType, came.ResponseTopic, came.CorrelationData},
		[]any{format, "text/plain", "answers/here", []byte{0, 255}})
}

func forAMinute(name string) *paho.Connect {
	expiry := uint32(60)
	return &paho.Connect{ClientID: name, Properties: &paho.ConnectProperties{SessionExpiryInterval: &expiry}}
}

func session(t *testing.T) {
	name, topic, publisher := unique("away"), unique("wait"), clean(t)
	first, _ := dial(t, forAMinute(name))
	first.subscribe(t, topic, 1)
	check(t, first.Disconnect(&paho.Disconnect{}))
	publisher.publish(t, &paho.Publish{Topic: topic, QoS: 1, Payload: []byte("waited")})
	second, answer := dial(t, forAMinute(name))
	equal(t, answer.SessionPresent, true)
	equal(t, string(second.next(t).Payload), "waited")
}

func takeOver(t *testing.T) {
	name, topic, publisher := unique("over"), unique("t"), clean(t)
	first, _ := dial(t, forAMinute(name))
	first.subscribe(t, topic, 1)
	second, answer := dial(t, forAMinute(name))
	equal(t, answer.SessionPresent, true)
	select {
	case disconnect := <-first.lost:
		equal(t, disconnect.ReasonCode, byte(0x8E))
	case <-time.After(patience):
		t.Fatal("the first connection was not told")
	}
	publisher.publish(t, &paho.Publish{Topic: topic, QoS: 1, Payload: []byte("1")})
	equal(t, string(second.next(t).Payload), "1")
}

func retained(t *testing.T) {
	one, topic := clean(t), unique("kept")
	one.publish(t, &paho.Publish{Topic: topic, QoS: 1, Retain: true, Payload: []byte("last")})
	one.subscribe(t, topic, 1)
	message := one.next(t)
	equal(t, []any{string(message.Payload), message.Retain}, []any{"last", true})
}

func group(t *testing.T) {
	topic, filter := unique("shared"), ""
	filter = "$share/" + unique("g") + "/" + topic
	members := []*peer{clean(t), clean(t)}
	for _, member := range members {
		member.subscribe(t, filter, 1)
	}
	publisher := clean(t)
	for number := range 50 {
		publisher.publish(t, &paho.Publish{Topic: topic, QoS: 1, Payload: fmt.Append(nil, number)})
	}
	seen := map[string]int{}
	for len(seen) < 50 {
		select {
		case message := <-members[0].came:
			seen[string(message.Payload)]++
		case message := <-members[1].came:
			seen[string(message.Payload)]++
		case <-time.After(patience):
			t.Fatalf("only %d came", len(seen))
		}
	}
	for body, times := range seen {
		if times != 1 {
			t.Fatalf("%s came %d times", body, times)
		}
	}
}

func limits(t *testing.T) {
	_, answer := dial(t, &paho.Connect{CleanStart: true})
	equal(t, []any{*answer.Properties.ReceiveMaximum, *answer.Properties.MaximumPacketSize, *answer.Properties.TopicAliasMaximum},
		[]any{uint16(1000), uint32(16 << 20), uint16(100)})
}
