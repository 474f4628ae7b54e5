package main

import (
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
	"wharf/bench/shared/pairs"
)

var errClosed = errors.New("the broker closed a channel")

// connections are shared by the pairs: a pair has two channels.
type connections struct {
	out, in []*amqp.Connection
}

func connect(address string, count int) (*connections, error) {
	all := &connections{}
	for range count {
		for _, side := range []*[]*amqp.Connection{&all.out, &all.in} {
			connection, err := amqp.Dial("amqp://guest:guest@" + address)
			if err != nil {
				return nil, err
			}
			*side = append(*side, connection)
		}
	}
	return all, nil
}

// publisher sends persistent messages to the pair's queue and waits for their confirms.
type publisher struct {
	channel  *amqp.Channel
	queue    string
	confirms chan amqp.Confirmation
}

// subscriber acknowledges what came together at once.
type subscriber struct {
	deliveries <-chan amqp.Delivery
}

func (c *connections) open(load *pairs.Load, number int) (pairs.Publisher, pairs.Subscriber, error) {
	queue := fmt.Sprintf("%s-%d", load.Name, number)
	in, err := c.in[number%len(c.in)].Channel()
	if err != nil {
		return nil, nil, err
	}
	if _, err := in.QueueDeclare(queue, true, false, false, false, nil); err != nil {
		return nil, nil, err
	}
	if err := in.Qos(load.Window, 0, false); err != nil {
		return nil, nil, err
	}
	deliveries, err := in.Consume(queue, "", false, false, false, false, nil)
	if err != nil {
		return nil, nil, err
	}
	out, err := c.out[number%len(c.out)].Channel()
	if err != nil {
		return nil, nil, err
	}
	if err := out.Confirm(false); err != nil {
		return nil, nil, err
	}
	confirms := out.NotifyPublish(make(chan amqp.Confirmation, load.Window))
	return &publisher{channel: out, queue: queue, confirms: confirms}, &subscriber{deliveries: gathered(deliveries, load.Window)}, nil
}

// gathered lets deliveries come together where there may be many: the client hands them over one by one.
func gathered(deliveries <-chan amqp.Delivery, window int) <-chan amqp.Delivery {
	const few = 10
	if window < few {
		return deliveries
	}
	together := make(chan amqp.Delivery, window)
	go func() {
		defer close(together)
		for delivery := range deliveries {
			together <- delivery
		}
	}()
	return together
}

func (p *publisher) Publish(bodies [][]byte) error {
	for _, body := range bodies {
		message := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: body}
		if err := p.channel.Publish("", p.queue, false, false, message); err != nil {
			return err
		}
	}
	return nil
}

func (p *publisher) Acknowledged() (int, error) {
	count := 0
	for confirmed := range p.confirms {
		if !confirmed.Ack {
			return 0, fmt.Errorf("message %d of %s was not taken", confirmed.DeliveryTag, p.queue)
		}
		count++
		if len(p.confirms) == 0 {
			return count, nil
		}
	}
	return 0, errClosed
}

func (s *subscriber) Receive(take func(body []byte)) error {
	for delivery := range s.deliveries {
		take(delivery.Body)
		if len(s.deliveries) == 0 {
			return delivery.Ack(true)
		}
	}
	return errClosed
}

// Close leaves the queue: another load has other queues. The connections end with the process: to close a channel that somebody still
// acknowledges on is an error of the protocol.
func (s *subscriber) Close() error {
	return nil
}
