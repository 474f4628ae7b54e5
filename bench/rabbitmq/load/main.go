// A second load of `scripts/bench rabbitmq`: pairs of publishers and consumers, each on a durable queue, by RabbitMQ's client for Go.
//
// PerfTest has a thread for each producer and a JVM that stops now and then: with thousands of queues it is the limit, and at a low rate
// its own pauses are what the 99th percentile tells.
package main

import (
	"flag"
	"fmt"
	"os"

	"wharf/bench/shared/pairs"
)

func main() {
	load := pairs.Flags()
	count := flag.Int("connections", 2, "for publishers, and as many for consumers; each pair has a channel of one of either")
	flag.Parse()
	load.Acknowledged = true
	load.OnOneThread()
	if err := run(load, *count); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(load *pairs.Load, count int) error {
	all, err := connect(load.Address, count)
	if err != nil {
		return err
	}
	return load.Run(func(number int) (pairs.Publisher, pairs.Subscriber, error) {
		return all.open(load, number)
	})
}
