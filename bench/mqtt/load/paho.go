package main

import (
	"bytes"
	"fmt"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"wharf/bench/shared/pairs"
)

// pahoPublisher is Eclipse's client as an application has it: a write for each packet, a token for each message.
type pahoPublisher struct {
	mqtt.Client
	topic  string
	qos    byte
	tokens chan mqtt.Token
}

type pahoSubscriber struct {
	mqtt.Client
	name    string
	address string
	came    chan []byte
}

func pahoConnected(address, name string, clean bool) (mqtt.Client, error) {
	client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + address).SetClientID(name).SetCleanSession(clean).SetAutoReconnect(false))
	return client, done(client.Connect())
}

func done(token mqtt.Token) error {
	token.Wait()
	return token.Error()
}

func openPaho(load *pairs.Load, qos byte, number int) (pairs.Publisher, pairs.Subscriber, error) {
	topic, name := fmt.Sprintf("bench/%s/%d", load.Name, number), fmt.Sprintf("%s-subscriber-%d", load.Name, number)
	client, err := pahoConnected(load.Address, name, qos == 0)
	if err != nil {
		return nil, nil, err
	}
	subscriber := &pahoSubscriber{client, name, load.Address, make(chan []byte, load.Window)}
	token := client.Subscribe(topic, qos, func(_ mqtt.Client, message mqtt.Message) { subscriber.came <- message.Payload() })
	if err := done(token); err != nil {
		return nil, nil, err
	}
	if client, err = pahoConnected(load.Address, fmt.Sprintf("%s-publisher-%d", load.Name, number), true); err != nil {
		return nil, nil, err
	}
	return &pahoPublisher{client, topic, qos, make(chan mqtt.Token, load.Window)}, subscriber, nil
}

func (p *pahoPublisher) Publish(bodies [][]byte) error {
	for _, body := range bodies {
		token := p.Client.Publish(p.topic, p.qos, false, bytes.Clone(body))
		if p.qos > 0 { // at 0 it is told when the packet is written, which nobody waits for
			p.tokens <- token
		}
	}
	return nil
}

func (p *pahoPublisher) Acknowledged() (int, error) {
	return 1, done(<-p.tokens)
}

func (s *pahoSubscriber) Receive(take func(body []byte)) error {
	take(<-s.came)
	for range len(s.came) {
		take(<-s.came)
	}
	return nil
}

func (s *pahoSubscriber) Close() error {
	client, err := pahoConnected(s.address, s.name, true)
	if err != nil {
		return err
	}
	client.Disconnect(0)
	return nil
}
