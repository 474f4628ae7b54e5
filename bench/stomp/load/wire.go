package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"

	"github.com/go-stomp/stomp/v3/frame"
)

const bufferBytes = 64 << 10

// wire is a connection in STOMP 1.2. go-stomp's codec makes what is written; what comes is read in place, many frames by one read.
type wire struct {
	net.Conn
	in *bufio.Reader
}

func connected(address string) (*wire, error) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	w := &wire{connection, bufio.NewReaderSize(connection, bufferBytes)}
	return w, w.ask("CONNECTED", frame.New(frame.CONNECT, frame.AcceptVersion, "1.2", frame.Host, "/", frame.Login, "guest", frame.Passcode, "guest"))
}

// ask sends a frame whose answer has this name.
func (w *wire) ask(answer string, asked *frame.Frame) error {
	if err := frame.NewWriter(w.Conn).Write(asked); err != nil {
		return err
	}
	got, err := w.next()
	if err == nil && got.name != answer {
		err = fmt.Errorf("%s was answered by %s: %s %s", asked.Command, got.name, got.headers, got.body)
	}
	return err
}

// received is a frame in the reader's own bytes, until the next is read. Each of the headers begins with a line feed.
type received struct {
	name          string
	headers, body []byte
}

// next reads a frame whose body has no zero, as this load's have not.
func (w *wire) next() (received, error) {
	whole, err := w.in.ReadSlice(0)
	if err != nil {
		return received{}, err
	}
	whole = bytes.TrimLeft(whole[:len(whole)-1], "\r\n") // heart-beats, and what ends a frame more than it has to
	head, body, ended := bytes.Cut(whole, []byte("\n\n"))
	at := bytes.IndexByte(head, '\n')
	if !ended {
		return received{}, fmt.Errorf("not a frame: %q", whole)
	}
	if at < 0 {
		at = len(head)
	}
	return received{name: string(head[:at]), headers: head[at:], body: body}, nil
}

// header gives a value as it is on the wire, escaped.
func (f received) header(name string) ([]byte, error) {
	_, value, found := bytes.Cut(f.headers, []byte("\n"+name+":"))
	if !found {
		return nil, fmt.Errorf("a %s without %s", f.name, name)
	}
	value, _, _ = bytes.Cut(value, []byte("\n"))
	return value, nil
}

// hasNext says whether next would not wait.
func (w *wire) hasNext() bool {
	buffered, _ := w.in.Peek(w.in.Buffered())
	return bytes.IndexByte(buffered, 0) >= 0
}
