// The load of `scripts/bench mqtt`: pairs of publishers and subscribers at QoS 0 or 1, or connections that do nothing.
package main

import (
	"flag"
	"fmt"
	"os"

	"wharf/bench/shared/pairs"
)

func main() {
	load := pairs.Flags()
	qos := flag.Int("qos", 0, "0 or 1; at 1 a subscriber's session outlives its connection")
	paho := flag.Bool("paho", false, "Eclipse's whole client, and not its codec alone")
	idleCount := flag.Int("idle", 0, "hold so many connections instead, until a line comes on standard input")
	flag.Parse()
	if err := run(load, byte(*qos), *paho, *idleCount); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(load *pairs.Load, qos byte, paho bool, idleCount int) error {
	if idleCount > 0 {
		return idle(load.Address, idleCount)
	}
	open := openPaho
	if !paho {
		open = openPrepared
		load.OnOneThread()
	}
	load.Acknowledged = qos > 0
	return load.Run(func(number int) (pairs.Publisher, pairs.Subscriber, error) { return open(load, qos, number) })
}
