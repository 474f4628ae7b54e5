package pairs

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"
)

const silenceSeconds = 10 // without a message, after which the rest is taken for lost

// second is what one second gave: messages a second, latencies in ms.
type second struct {
	Time     float64  `json:"time"` // s since the load began
	Received float64  `json:"received"`
	Cores    float64  `json:"load_cores"` // processor time of this process, seconds a second
	P50      *float64 `json:"p50,omitempty"`
	P99      *float64 `json:"p99,omitempty"`
}

// tell writes a line each second until the time is over, or somebody has failed, or nothing comes any more.
func tell(load Load, all []*pair, failed <-chan error) error {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	out := json.NewEncoder(os.Stdout)
	last, lastReceived, lastProcessor, silent := all[0].begin, uint64(0), processor(), 0
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
		elapsed, spent := now.Sub(last).Seconds(), processor()
		told := second{Time: now.Sub(all[0].begin).Seconds(), Received: float64(received-lastReceived) / elapsed,
			Cores: (spent - lastProcessor).Seconds() / elapsed}
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
		last, lastReceived, lastProcessor = now, received, spent
	}
	return nil
}

// processor is the time that this process has had of processors.
func processor() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func quantile(sorted []time.Duration, part float64) *float64 {
	value := sorted[int(part*float64(len(sorted)-1))].Seconds() * 1000
	return &value
}
