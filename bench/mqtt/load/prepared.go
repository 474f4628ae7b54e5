package main

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"wharf/bench/shared/pairs"
)

// preparedPublisher sends packets that Eclipse's codec has made once, with other bodies and identifiers put in.
type preparedPublisher struct {
	*wire
	packet     []byte
	bodyBytes  int
	qos        byte
	identifier uint16
	out        []byte
}

// preparedSubscriber reads what comes in place. At QoS 1 it acknowledges each message, by one write for those that came together.
type preparedSubscriber struct {
	*wire
	name string
	qos  byte
	acks []byte
}

// openPrepared makes a pair on a topic of its own. The subscriber's session outlives its connection where QoS is 1.
func openPrepared(load *pairs.Load, qos byte, number int) (pairs.Publisher, pairs.Subscriber, error) {
	topic, name := fmt.Sprintf("bench/%s/%d", load.Name, number), fmt.Sprintf("%s-subscriber-%d", load.Name, number)
	connection, err := connected(load.Address, nil, name, qos == 0, bufferBytes)
	if err != nil {
		return nil, nil, err
	}
	if err := connection.subscribe(topic, qos); err != nil {
		return nil, nil, err
	}
	subscriber := &preparedSubscriber{wire: connection, name: name, qos: qos}
	if connection, err = connected(load.Address, nil, fmt.Sprintf("%s-publisher-%d", load.Name, number), true, bufferBytes); err != nil {
		return nil, nil, err
	}
	publish := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	publish.TopicName, publish.Qos, publish.Payload = topic, qos, make([]byte, load.BodyBytes)
	var packet bytes.Buffer
	if err := publish.Write(&packet); err != nil {
		return nil, nil, err
	}
	return &preparedPublisher{wire: connection, packet: packet.Bytes(), bodyBytes: load.BodyBytes, qos: qos}, subscriber, nil
}

func (p *preparedPublisher) Publish(bodies [][]byte) error {
	p.out = p.out[:0]
	for _, body := range bodies {
		p.out = append(p.out, p.packet...)
		at := len(p.out) - p.bodyBytes
		copy(p.out[at:], body)
		if p.qos > 0 {
			p.identifier = max(1, p.identifier+1)
			binary.BigEndian.PutUint16(p.out[at-2:], p.identifier)
		}
	}
	_, err := p.Write(p.out)
	return err
}

func (p *preparedPublisher) Acknowledged() (int, error) {
	for count := 1; ; count++ {
		first, _, err := p.next()
		if err != nil {
			return 0, err
		}
		if first>>4 != packets.Puback {
			return 0, fmt.Errorf("a packet of type %d came to a publisher", first>>4)
		}
		if !p.hasNext() {
			return count, nil
		}
	}
}

func (s *preparedSubscriber) Receive(take func(body []byte)) error {
	for more := true; more; more = s.hasNext() {
		first, rest, err := s.next()
		if err != nil {
			return err
		}
		if first>>4 != packets.Publish || first>>1&3 != s.qos {
			return fmt.Errorf("a packet that begins with %#x came to a subscriber", first)
		}
		body := rest[2+binary.BigEndian.Uint16(rest):]
		if s.qos > 0 {
			s.acks = append(s.acks, packets.Puback<<4, 2, body[0], body[1])
			body = body[2:]
		}
		take(body)
	}
	if len(s.acks) == 0 {
		return nil
	}
	_, err := s.Write(s.acks)
	s.acks = s.acks[:0]
	return err
}

// Close ends the session too, by a clean one in its place.
func (s *preparedSubscriber) Close() error {
	clean, err := connected(s.RemoteAddr().String(), nil, s.name, true, bufferBytes)
	if err != nil {
		return err
	}
	return clean.disconnect()
}
