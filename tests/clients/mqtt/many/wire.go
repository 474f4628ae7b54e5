package many

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

const patience = 60 * time.Second

// wire is a connection in MQTT 3.1.1: Eclipse's codec makes what is written and reads answers; messages, of which there are millions, are
// read in place.
type wire struct {
	net.Conn
	in *bufio.Reader
	id uint16
}

// dial connects from one of several addresses: to look for a free port among thousands that are taken costs the kernel more than the rest.
func dial(number int, client string, clean bool) (w *wire, present bool, err error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+number/1_000))}, Timeout: patience}
	connection, err := dialer.Dial("tcp", os.Getenv("WHARF_MQTT"))
	if err != nil {
		return nil, false, err
	}
	w = &wire{Conn: connection, in: bufio.NewReaderSize(connection, 512)}
	connect := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	connect.ProtocolName, connect.ProtocolVersion = "MQTT", 4
	connect.ClientIdentifier, connect.CleanSession = client, clean
	answer, err := w.ask(connect)
	if err != nil {
		return nil, false, err
	}
	connack, ok := answer.(*packets.ConnackPacket)
	if !ok || connack.ReturnCode != packets.Accepted {
		return nil, false, fmt.Errorf("not connected: %v", answer)
	}
	return w, connack.SessionPresent, nil
}

func (w *wire) ask(packet packets.ControlPacket) (packets.ControlPacket, error) {
	_ = w.SetDeadline(time.Now().Add(patience))
	defer func() { _ = w.SetDeadline(time.Time{}) }()
	if err := packet.Write(w.Conn); err != nil {
		return nil, err
	}
	return packets.ReadPacket(w.in)
}

func (w *wire) subscribe(qos byte, filters ...string) error {
	answer, err := w.ask(subscription(qos, filters))
	if err != nil {
		return err
	}
	suback, ok := answer.(*packets.SubackPacket)
	if !ok || len(suback.ReturnCodes) != len(filters) {
		return fmt.Errorf("not subscribed: %v", answer)
	}
	for _, code := range suback.ReturnCodes {
		if code != qos {
			return fmt.Errorf("subscribed with %d", code)
		}
	}
	return nil
}

func subscription(qos byte, filters []string) *packets.SubscribePacket {
	subscribe := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	subscribe.MessageID, subscribe.Topics = 1, filters
	for range filters {
		subscribe.Qoss = append(subscribe.Qoss, qos)
	}
	return subscribe
}

// write puts a message of QoS 1 in line.
func (w *wire) write(to io.Writer, topic string, payload []byte, retain bool) error {
	w.id = w.id%60_000 + 1
	publish := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	publish.Qos, publish.Retain, publish.MessageID, publish.TopicName, publish.Payload = 1, retain, w.id, topic, payload
	return publish.Write(to)
}

func (w *wire) acknowledged() error {
	answer, err := packets.ReadPacket(w.in)
	if err != nil {
		return err
	}
	if _, ok := answer.(*packets.PubackPacket); !ok {
		return fmt.Errorf("not acknowledged: %v", answer)
	}
	return nil
}

// publishAll sends a message to each topic, some hundred at a time under way.
func (w *wire) publishAll(topics []string, payload []byte, retain bool) error {
	const underWay = 500
	out := bufio.NewWriterSize(w.Conn, 64<<10)
	for i, topic := range topics {
		if err := w.write(out, topic, payload, retain); err != nil {
			return err
		}
		if i%underWay == underWay-1 || i == len(topics)-1 {
			if err := out.Flush(); err != nil {
				return err
			}
			for range i%underWay + 1 {
				if err := w.acknowledged(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// message is the next one: its topic, and what it says. Both are the reader's own until the next call. At QoS 1 it is acknowledged.
func (w *wire) message() (topic, payload []byte, err error) {
	_ = w.SetReadDeadline(time.Now().Add(patience))
	first, err := w.in.ReadByte()
	if err != nil {
		return nil, nil, err
	}
	length, err := binary.ReadUvarint(w.in) // a remaining length (2.2.3) is one
	if err != nil {
		return nil, nil, err
	}
	if first>>4 != packets.Publish {
		_, err := w.in.Discard(int(length))
		if err == nil && first>>4 == packets.Suback {
			return w.message()
		}
		return nil, nil, fmt.Errorf("a packet of type %d came: %w", first>>4, err)
	}
	body, err := w.in.Peek(int(length))
	if err != nil {
		return nil, nil, err
	}
	_, _ = w.in.Discard(int(length))
	end := 2 + int(binary.BigEndian.Uint16(body))
	topic, payload = body[2:end], body[end:]
	if first&6 == 0 {
		return topic, payload, nil
	}
	puback := []byte{packets.Puback << 4, 2, payload[0], payload[1]}
	_, err = w.Write(puback)
	return topic, payload[2:], err
}

// inParallel does all, some at a time, and gives one of the errors.
func inParallel(count, atOnce int, do func(number int) error) error {
	failed := make(chan error, atOnce)
	for first := range atOnce {
		go func() {
			for number := first; number < count; number += atOnce {
				if err := do(number); err != nil {
					failed <- fmt.Errorf("%d of %d: %w", number, count, err)
					return
				}
			}
			failed <- nil
		}()
	}
	var one error
	for range atOnce {
		if err := <-failed; err != nil {
			one = err
		}
	}
	return one
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
