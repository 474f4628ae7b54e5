package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

const bufferBytes = 64 << 10

// wire is a connection in MQTT 3.1.1. Eclipse's codec makes what is written; what comes is read in place, many packets by one read.
type wire struct {
	net.Conn
	in *bufio.Reader
}

// connected dials from a local address (nil: any) and signs in.
func connected(address string, from *net.TCPAddr, client string, clean bool, inBytes int) (*wire, error) {
	dialer := net.Dialer{}
	if from != nil {
		dialer.LocalAddr = from
	}
	connection, err := dialer.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	w := &wire{Conn: connection, in: bufio.NewReaderSize(connection, inBytes)}
	connect := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	connect.ProtocolName, connect.ProtocolVersion = "MQTT", 4
	connect.ClientIdentifier, connect.CleanSession = client, clean
	if err := connect.Write(connection); err != nil {
		return nil, err
	}
	answer, err := packets.ReadPacket(w.in)
	if err != nil {
		return nil, err
	}
	if connack, ok := answer.(*packets.ConnackPacket); !ok || connack.ReturnCode != packets.Accepted {
		return nil, fmt.Errorf("not connected: %v", answer)
	}
	return w, nil
}

func (w *wire) subscribe(topic string, qos byte) error {
	subscribe := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	subscribe.MessageID, subscribe.Topics, subscribe.Qoss = 1, []string{topic}, []byte{qos}
	if err := subscribe.Write(w.Conn); err != nil {
		return err
	}
	answer, err := packets.ReadPacket(w.in)
	if err != nil {
		return err
	}
	if suback, ok := answer.(*packets.SubackPacket); !ok || suback.ReturnCodes[0] != qos {
		return fmt.Errorf("not subscribed: %v", answer)
	}
	return nil
}

func (w *wire) disconnect() error {
	if err := packets.NewControlPacket(packets.Disconnect).Write(w.Conn); err != nil {
		return err
	}
	return w.Conn.Close()
}

// next gives the first byte and the rest of the next packet. They are the reader's own until the next call.
func (w *wire) next() (byte, []byte, error) {
	header, err := w.in.Peek(2)
	if err != nil {
		return 0, nil, err
	}
	headerBytes, bodyBytes, err := length(header)
	if errors.Is(err, errMore) {
		if header, err = w.in.Peek(3); err == nil {
			headerBytes, bodyBytes, err = length(header)
		}
	}
	if err != nil {
		return 0, nil, err
	}
	packet, err := w.in.Peek(headerBytes + bodyBytes)
	if err != nil {
		return 0, nil, err
	}
	_, err = w.in.Discard(len(packet))
	return packet[0], packet[headerBytes:], err
}

// hasNext says whether next would not wait.
func (w *wire) hasNext() bool {
	buffered, _ := w.in.Peek(min(w.in.Buffered(), 3))
	if len(buffered) < 2 {
		return false
	}
	headerBytes, bodyBytes, err := length(buffered)
	return err == nil && w.in.Buffered() >= headerBytes+bodyBytes
}

var errMore = errors.New("a packet longer than this load has any use for")

// length reads a remaining length (2.2.3) of one or two bytes: 16 KB are more than a load's packets have.
func length(header []byte) (headerBytes, bodyBytes int, err error) {
	if header[1] < 0x80 {
		return 2, int(header[1]), nil
	}
	if len(header) < 3 || header[2] >= 0x80 {
		return 0, 0, errMore
	}
	return 3, int(header[1]&0x7f) | int(header[2])<<7, nil
}
