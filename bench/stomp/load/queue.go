package main

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/go-stomp/stomp/v3/frame"
	"wharf/bench/shared/pairs"
)

const prefetch = "500"

// publisher sends frames that go-stomp's codec has made once, with other bodies and receipts put in.
type publisher struct {
	*wire
	before, behind []byte // of the receipt's number; before alone where there is none
	sent           uint64
	out            []byte
}

// subscriber reads what comes in place. In client-individual mode it acknowledges each message, by one write for those that came together.
type subscriber struct {
	*wire
	acknowledges bool
	acks         []byte
}

// open makes a pair on a durable queue of its own: persistent messages with receipts and acknowledgements, or neither of the three.
func open(load *pairs.Load, persistent bool, number int) (pairs.Publisher, pairs.Subscriber, error) {
	queue, mode := fmt.Sprintf("/queue/%s-%d", load.Name, number), "auto"
	if persistent {
		mode = "client-individual"
	}
	in, err := connected(load.Address)
	if err != nil {
		return nil, nil, err
	}
	subscribe := frame.New(frame.SUBSCRIBE, frame.Id, "0", frame.Destination, queue, frame.Ack, mode, "prefetch-count", prefetch, frame.Receipt, "subscribed")
	if err := in.ask("RECEIPT", subscribe); err != nil {
		return nil, nil, err
	}
	out, err := connected(load.Address)
	if err != nil {
		return nil, nil, err
	}
	send := frame.New(frame.SEND, frame.Destination, queue)
	if persistent {
		send.Header.Add("persistent", "true")
		send.Header.Add(frame.Receipt, "NUMBER")
	}
	var made bytes.Buffer
	if err := frame.NewWriter(&made).Write(send); err != nil {
		return nil, nil, err
	}
	head := bytes.TrimSuffix(made.Bytes(), []byte{0})
	before, behind, _ := bytes.Cut(head, []byte("NUMBER"))
	return &publisher{wire: out, before: before, behind: behind}, &subscriber{wire: in, acknowledges: persistent}, nil
}

func (p *publisher) Publish(bodies [][]byte) error {
	p.out = p.out[:0]
	for _, body := range bodies {
		p.out = append(p.out, p.before...)
		if p.behind != nil {
			p.out = strconv.AppendUint(p.out, p.sent, 10)
			p.out = append(p.out, p.behind...)
		}
		p.out = append(append(p.out, body...), 0)
		p.sent++
	}
	_, err := p.Write(p.out)
	return err
}

func (p *publisher) Acknowledged() (int, error) {
	for count := 1; ; count++ {
		got, err := p.next()
		if err != nil {
			return 0, err
		}
		if got.name != "RECEIPT" {
			return 0, fmt.Errorf("%s came to a publisher: %s %s", got.name, got.headers, got.body)
		}
		if !p.hasNext() {
			return count, nil
		}
	}
}

func (s *subscriber) Receive(take func(body []byte)) error {
	for more := true; more; more = s.hasNext() {
		got, err := s.next()
		if err != nil {
			return err
		}
		if got.name != "MESSAGE" {
			return fmt.Errorf("%s came to a subscriber: %s %s", got.name, got.headers, got.body)
		}
		take(got.body)
		if s.acknowledges {
			identifier, err := got.header("ack")
			if err != nil {
				return err
			}
			s.acks = append(append(append(s.acks, "ACK\nid:"...), identifier...), "\n\n\x00"...)
		}
	}
	if len(s.acks) == 0 {
		return nil
	}
	_, err := s.Write(s.acks)
	s.acks = s.acks[:0]
	return err
}

// Close leaves the queue: another load has other queues.
func (s *subscriber) Close() error {
	return s.wire.Close()
}
