package pairs

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

const silenceSeconds = 10 // without a message, after which the rest is taken for lost

// second is what one second gave: messages a second, latencies in ms.
type second struct {
	Time     float64  `json:"time"` // s since the load began
	Received float64  `json:"received"`
	P50      *float64 `json:"p50,omitempty"`
	P99      *float64 `json:"p99,omitempty"`
}

// tell writes a line each second until the time is over, or somebody has failed, or nothing comes any more.
func tell(load Load, all []*pair, failed <-chan error) error {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	out := json.NewEncoder(os.Stdout)
	last, lastReceived, silent := all[0].begin, uint64(0), 0
	for range load.Seconds {
		var now time.Time
		select {
		case err := <-failed:
			return err
		case <-ticks.C:
			now = time.Now()
		}
		var received uint64
		var latencies []time.Duration
		for _, one := range all {
			received += one.received.Load()
			latencies = append(latencies, one.takeLatencies()...)
		}
		told := second{Time: now.Sub(all[0].begin).Seconds(), Received: float64(received-lastReceived) / now.Sub(last).Seconds()}
		if len(latencies) > 0 {
			slices.Sort(latencies)
			told.P50, told.P99 = quantile(latencies, 0.5), quantile(latencies, 0.99)
		}
		if err := out.Encode(told); err != nil {
			return err
		}
		silent++
		if received != lastReceived {
			silent = 0
		}
		if silent == silenceSeconds {
			return fmt.Errorf("nothing has come for %d seconds, after %d messages", silent, received)
		}
		last, lastReceived = now, received
	}
	return nil
}

func quantile(sorted []time.Duration, part float64) *float64 {
	value := sorted[int(part*float64(len(sorted)-1))].Seconds() * 1000
	return &value
}
