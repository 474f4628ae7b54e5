// Package many has as much of everything as MQTT is promised to take: retained messages for slow subscribers, topics, sessions that all
// come back at once.
package many

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	retained    = 100_000
	subscribers = 50
	topics      = 100_000
	sessions    = 20_000
	spare       = 500 // descriptors that a process has of its own
)

// residentMB is what the broker has in RAM.
func residentMB(t *testing.T) float64 {
	t.Helper()
	status, err := os.ReadFile("/proc/" + os.Getenv("WHARF_PID") + "/status")
	check(t, err)
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	check(t, err)
	return kilobytes / 1024
}

func names(word string, count int) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprintf("%s/%d/value", word, i)
	}
	return all
}

// probe sends a message each 5 ms to somebody who waits for it, until told to stop, and says how long they took.
func probe(t *testing.T, name string, stop chan struct{}, took chan []time.Duration) {
	sender, _, err := dial(0, name+"-sender", true)
	check(t, err)
	receiver, _, err := dial(0, name+"-receiver", true)
	check(t, err)
	check(t, receiver.subscribe(0, name))
	go func() {
		defer sender.Close()
		defer receiver.Close()
		var all []time.Duration
		for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
			select {
			case <-stop:
				took <- all
				return
			default:
			}
			begin := time.Now()
			if err := sender.write(sender, name, []byte("x"), false); err != nil {
				t.Error(err)
			}
			if _, _, err := receiver.message(); err != nil {
				t.Error(err)
			}
			all = append(all, time.Since(begin))
			if err := sender.acknowledged(); err != nil {
				t.Error(err)
			}
		}
	}()
}

func percentile(all []time.Duration, of float64) time.Duration {
	slices.Sort(all)
	return all[int(float64(len(all)-1)*of)]
}

// readSlowly takes some messages at each tick, and all of them once.
func readSlowly(w *wire, known map[string]int) error {
	const ofTick = 1_000
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	seen := make([]bool, len(known))
	for count := range len(known) {
		topic, _, err := w.message()
		if err != nil {
			return fmt.Errorf("after %d messages: %w", count, err)
		}
		number, ok := known[string(topic)]
		if !ok || seen[number] {
			return fmt.Errorf("%s came, of all %d", topic, count)
		}
		seen[number] = true
		if count%ofTick == 0 {
			<-pace.C
		}
	}
	return nil
}

func TestRetainedMessagesForSlowSubscribers(t *testing.T) {
	t.Run("all 100,000 reach each of 50, with little memory, and others do not wait", func(t *testing.T) {
		publisher, _, err := dial(0, "publisher", true)
		check(t, err)
		all := names("retained", retained)
		known := make(map[string]int, len(all))
		for i, name := range all {
			known[name] = i
		}
		check(t, publisher.publishAll(all, make([]byte, 50), true))
		stop, took := make(chan struct{}), make(chan []time.Duration)
		probe(t, "probe", stop, took)
		before, most := residentMB(t), 0.0
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			for {
				select {
				case <-stop:
					return
				case <-time.After(100 * time.Millisecond):
					most = max(most, residentMB(t))
				}
			}
		}()
		begin := time.Now()
		err = inParallel(subscribers, subscribers, func(number int) error {
			w, _, err := dial(0, fmt.Sprintf("slow-%d", number), true)
			if err != nil {
				return err
			}
			defer w.Close()
			if err := subscription(byte(number%2), []string{"retained/#"}).Write(w.Conn); err != nil {
				return err
			}
			return readSlowly(w, known)
		})
		duration := time.Since(begin)
		close(stop)
		waits := <-took
		<-watched
		check(t, err)
		t.Logf("%d messages in %.1f s; %.0f MB before, at most %.0f; others: p50 %v, p99 %v", retained*subscribers, duration.Seconds(),
			before, most, percentile(waits, 0.5), percentile(waits, 0.99))
		if most-before > 100 {
			t.Errorf("%.0f MB more than before", most-before)
		}
		if worst := percentile(waits, 0.99); worst > 100*time.Millisecond {
			t.Errorf("others waited for %v", worst)
		}
		check(t, publisher.publishAll(all, nil, true)) // cleared
	})
}

func TestTopics(t *testing.T) {
	t.Run("100,000 have a subscriber each, and each gets its message", func(t *testing.T) {
		const clients, each = 100, topics / 100
		all := names("topic", topics)
		held := make([]*wire, clients)
		check(t, inParallel(clients, 8, func(number int) (err error) {
			if held[number], _, err = dial(number, fmt.Sprintf("topics-%d", number), true); err != nil {
				return err
			}
			return held[number].subscribe(1, all[number*each:(number+1)*each]...)
		}))
		publisher, _, err := dial(0, "publisher", true)
		check(t, err)
		published := make(chan error, 1)
		begin := time.Now()
		go func() { published <- publisher.publishAll(all, []byte("x"), false) }()
		check(t, inParallel(clients, clients, func(number int) error {
			defer held[number].Close()
			for i := range each {
				topic, _, err := held[number].message()
				if err != nil || string(topic) != all[number*each+i] {
					return fmt.Errorf("for %s came %s: %w", all[number*each+i], topic, err)
				}
			}
			return nil
		}))
		check(t, <-published)
		t.Logf("%d messages in %.1f s; %.0f MB", topics, time.Since(begin).Seconds(), residentMB(t))
	})
}

func TestReconnects(t *testing.T) {
	t.Run("20,000 sessions are cut off and come back at once", func(t *testing.T) {
		var limit syscall.Rlimit
		check(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
		count := min(sessions, int(limit.Cur)-spare)
		held := make([]*wire, count)
		client := func(number int) string { return fmt.Sprintf("device-%d", number) }
		check(t, inParallel(count, 64, func(number int) (err error) {
			if held[number], _, err = dial(number, client(number), false); err != nil {
				return err
			}
			return held[number].subscribe(1, "news", "device/"+strconv.Itoa(number))
		}))
		for _, one := range held {
			_ = one.Close()
		}
		begin := time.Now()
		check(t, inParallel(count, count, func(number int) error {
			w, present, err := dial(number, client(number), false)
			if err != nil {
				err = fmt.Errorf("after %.1f s: %w", time.Since(begin).Seconds(), err)
			}
			if err == nil && !present {
				err = fmt.Errorf("the session of %s is not there", client(number))
			}
			held[number] = w
			return err
		}))
		back := time.Since(begin)
		publisher, _, err := dial(0, "publisher", true)
		check(t, err)
		begin = time.Now()
		check(t, publisher.publishAll([]string{"news"}, []byte("x"), false))
		check(t, inParallel(count, 64, func(number int) error {
			_, _, err := held[number].message()
			return err
		}))
		t.Logf("%d back after %.1f s; a message for all in %.1f s; %.0f MB", count, back.Seconds(), time.Since(begin).Seconds(), residentMB(t))
	})
}
