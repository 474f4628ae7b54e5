package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sync"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

const (
	atOnce    = 64     // connections that are being made
	ofAddress = 10_000 // connections from one address: it has some 28,000 ports
	idleBytes = 16     // what bufio has at least
)

// idle holds so many connections until a line comes, then asks each whether it is still served. Tells both numbers as they are reached.
func idle(address string, count int) error {
	out := json.NewEncoder(os.Stdout)
	held := make([]*wire, count)
	err := inParallel(count, func(number int) (err error) {
		from := &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+number/ofAddress))}
		held[number], err = connected(address, from, fmt.Sprintf("bench-idle-%d", number), true, idleBytes)
		return err
	})
	if err != nil {
		return err
	}
	if err := out.Encode(map[string]int{"connected": count}); err != nil {
		return err
	}
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	err = inParallel(count, func(number int) error {
		if err := packets.NewControlPacket(packets.Pingreq).Write(held[number]); err != nil {
			return err
		}
		first, _, err := held[number].next()
		if err == nil && first>>4 != packets.Pingresp {
			err = fmt.Errorf("a packet of type %d came for a PINGREQ", first>>4)
		}
		return err
	})
	if err != nil {
		return err
	}
	return out.Encode(map[string]int{"served": count})
}

// inParallel does all, and gives one of the errors.
func inParallel(count int, do func(number int) error) error {
	var wait sync.WaitGroup
	failed := make(chan error, atOnce)
	for first := range atOnce {
		wait.Go(func() {
			for number := first; number < count; number += atOnce {
				if err := do(number); err != nil {
					failed <- fmt.Errorf("connection %d of %d: %w", number, count, err)
					return
				}
			}
		})
	}
	wait.Wait()
	close(failed)
	return <-failed
}
