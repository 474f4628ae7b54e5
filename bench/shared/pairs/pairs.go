// Package pairs is a load of publishers, each with a subscriber of its own: as fast as a window lets them, or at a given rate. Each second's
// figures go to standard output as a line of JSON.
package pairs

import (
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	stampBytes = 32 // hexadecimal digits of a number and a time
	leastRoom  = 20 // messages that are worth a write, where half of the window is not less
	mostAtOnce = 100
	lateAfter  = 10 * time.Millisecond // a timer is not that late; who is was made to wait by the broker
	mostBehind = 30_000
)

// Publisher is the sending half of a pair.
type Publisher interface {
	// Publish sends these bodies as messages, in this order. The bodies are its caller's again afterwards.
	Publish(bodies [][]byte) error
	// Acknowledged waits until the broker has acknowledged more messages, and says how many. Only asked where Load.Acknowledged.
	Acknowledged() (int, error)
}

// Subscriber is the receiving half of a pair.
type Subscriber interface {
	// Receive waits for messages and hands over the bodies of what has come, acknowledging where that is agreed.
	Receive(take func(body []byte)) error
	// Close leaves nothing with the broker that would outlive the load.
	Close() error
}

// Load says what to do. Publishers are acknowledged or not, and as many messages of a pair are under way as the window has room for.
type Load struct {
	Address      string
	Name         string // of what it uses at the broker, so that no load finds another's
	Pairs        int
	Window       int
	Rate         int // messages a second of all pairs together; 0: as fast as the window lets them
	BodyBytes    int
	Seconds      int
	Acknowledged bool
}

// Flags are the options that every load has.
func Flags() *Load {
	load := &Load{}
	flag.StringVar(&load.Address, "address", "", "host:port of the broker")
	flag.StringVar(&load.Name, "name", "bench", "of topics, queues and clients")
	flag.IntVar(&load.Pairs, "pairs", 2, "publishers, each with its subscriber")
	flag.IntVar(&load.Window, "window", 500, "messages of a pair that are under way at most")
	flag.IntVar(&load.Rate, "rate", 0, "messages a second of all pairs; 0: as fast as it goes")
	flag.IntVar(&load.BodyBytes, "bytes", 100, "of a message")
	flag.IntVar(&load.Seconds, "seconds", 10, "how long")
	return load
}

// OnOneThread keeps a load that goes as fast as it can to one core. Go's runtime would have its other threads look for work whenever
// one waits for the broker, on the broker's core. A paced load needs them: its timer holds a thread.
func (load Load) OnOneThread() {
	if load.Rate == 0 {
		runtime.GOMAXPROCS(1)
	}
}

// Run drives the pairs that open makes, until the time is over or one of them fails.
func (load Load) Run(open func(number int) (Publisher, Subscriber, error)) error {
	if load.BodyBytes < stampBytes || load.Window < 1 {
		return fmt.Errorf("a body has %d bytes at least, a window one message", stampBytes)
	}
	begin := time.Now()
	failed := make(chan error, 3*load.Pairs)
	all := make([]*pair, load.Pairs)
	for number := range all {
		publisher, subscriber, err := open(number)
		if err != nil {
			return err
		}
		all[number] = &pair{load: load, begin: begin, publisher: publisher, subscriber: subscriber, moved: make(chan struct{}, 1)}
	}
	for number, one := range all {
		go func() { failed <- one.receive() }()
		if load.Acknowledged {
			go func() { failed <- one.acknowledge() }()
		}
		if load.Rate > 0 {
			go func() { failed <- one.publishPaced(number) }()
		} else {
			go func() { failed <- one.publishAll() }()
		}
	}
	if err := tell(load, all, failed); err != nil {
		return err
	}
	for _, one := range all {
		if err := one.subscriber.Close(); err != nil {
			return err
		}
	}
	return nil
}

// pair is one publisher and one subscriber, each in goroutines of its own.
type pair struct {
	load       Load
	begin      time.Time
	publisher  Publisher
	subscriber Subscriber
	sent       uint64 // the publisher's
	acked      atomic.Uint64
	received   atomic.Uint64
	moved      chan struct{} // something of the two above
	bodies     [][]byte

	mutex     sync.Mutex
	latencies []time.Duration // of this second, where the load is paced
}

// underWay counts what was sent and is not both received and, where the broker acknowledges, acknowledged.
func (p *pair) underWay() int {
	settled := p.received.Load()
	if p.load.Acknowledged {
		settled = min(settled, p.acked.Load())
	}
	return int(p.sent - settled)
}

func (p *pair) publishAll() error {
	enough := min(leastRoom, (p.load.Window+1)/2)
	for {
		room := p.load.Window - p.underWay()
		if room < enough {
			<-p.moved
			continue
		}
		if err := p.publish(min(room, mostAtOnce), time.Since(p.begin)); err != nil {
			return err
		}
	}
}

// publishPaced sends each message when it is due, whatever has become of those before it. A message counts from when it is sent; where
// the broker did not let it be sent in time, from when it was due.
func (p *pair) publishPaced(number int) error {
	interval := time.Second * time.Duration(p.load.Pairs) / time.Duration(p.load.Rate)
	due := time.Since(p.begin) + interval*time.Duration(number)/time.Duration(p.load.Pairs)
	for {
		now := time.Since(p.begin)
		if now < due {
			// The kernel's timer: the runtime's own waits whole milliseconds.
			remaining := syscall.NsecToTimespec(int64(due - now))
			_ = syscall.Nanosleep(&remaining, nil)
			continue
		}
		stamp := now
		if now-due > lateAfter {
			stamp = due
		}
		if p.underWay() > mostBehind {
			return fmt.Errorf("the broker is %d messages behind", p.underWay())
		}
		if err := p.publish(1, stamp); err != nil {
			return err
		}
		due += interval
	}
}

// publish sends so many messages, each with its number and the time in its body. Text, so that it fits every dialect.
func (p *pair) publish(count int, stamp time.Duration) error {
	for len(p.bodies) < count {
		body := make([]byte, p.load.BodyBytes)
		for at := range body {
			body[at] = 'x'
		}
		p.bodies = append(p.bodies, body)
	}
	for at, body := range p.bodies[:count] {
		var binaries [stampBytes / 2]byte
		binary.BigEndian.PutUint64(binaries[:8], p.sent+uint64(at))
		binary.BigEndian.PutUint64(binaries[8:], uint64(stamp))
		hex.Encode(body, binaries[:])
	}
	p.sent += uint64(count)
	return p.publisher.Publish(p.bodies[:count])
}

func (p *pair) acknowledge() error {
	for {
		count, err := p.publisher.Acknowledged()
		if err != nil {
			return err
		}
		p.acked.Add(uint64(count))
		p.move()
	}
}

// receive takes what comes, and holds the broker to its order: nothing may be missing, nothing twice.
func (p *pair) receive() error {
	var awaited uint64
	var wrong error
	take := func(body []byte) {
		var binaries [stampBytes / 2]byte
		if len(body) != p.load.BodyBytes {
			wrong = fmt.Errorf("a message of %d bytes came", len(body))
			return
		}
		if _, err := hex.Decode(binaries[:], body[:stampBytes]); err != nil {
			wrong = err
			return
		}
		if number := binary.BigEndian.Uint64(binaries[:8]); number != awaited {
			wrong = fmt.Errorf("message %d came where %d was awaited", number, awaited)
		}
		awaited++
		if p.load.Rate > 0 {
			p.mutex.Lock()
			p.latencies = append(p.latencies, time.Since(p.begin)-time.Duration(binary.BigEndian.Uint64(binaries[8:])))
			p.mutex.Unlock()
		}
	}
	for {
		err := p.subscriber.Receive(take)
		if err == nil {
			err = wrong
		}
		if err != nil {
			return err
		}
		p.received.Store(awaited)
		p.move()
	}
}

func (p *pair) move() {
	select {
	case p.moved <- struct{}{}:
	default:
	}
}

func (p *pair) takeLatencies() []time.Duration {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	taken := p.latencies
	p.latencies = nil
	return taken
}
