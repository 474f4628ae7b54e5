// The load of `scripts/bench stomp`: pairs of publishers and subscribers, each on a queue.
//
// go-stomp's whole client would be the limit: its Send waits for each receipt.
package main

import (
	"flag"
	"fmt"
	"os"

	"wharf/bench/shared/pairs"
)

func main() {
	load := pairs.Flags()
	flag.BoolVar(&load.Acknowledged, "persistent", false, "persistent messages with receipts, each acknowledged by its subscriber")
	flag.Parse()
	load.OnOneThread()
	err := load.Run(func(number int) (pairs.Publisher, pairs.Subscriber, error) {
		return open(load, load.Acknowledged, number)
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}
