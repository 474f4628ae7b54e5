package clients

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func TestAmqp091_restart(t *testing.T) {
	if os.Getenv("WHARF_STORE") != "data" {
		return // a broker in memory has nothing to come back with
	}
	suite(t, "amqp091 restart", []Case{
		{"durable exchanges queues bindings and messages are there after a restart", restart},
		{"what waits after a restart has the limits that it had", limitsAfterRestart},
		{"what waits after a crash has the limits that it had", limitsAfterCrash},
		{"delayed messages come after a restart when they are due", delaysAfterRestart},
		{"delayed messages come after a crash when they are due", delaysAfterCrash},
	})
}

// serve starts a broker of the case's own and gives back where it listens.
func serve(t *testing.T, folder string) (*exec.Cmd, string) {
	t.Helper()
	broker := exec.Command(os.Getenv("WHARF"), "serve", "--data", folder,
		"--free-ports")
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "WHARF_") { // they are settings to it
			broker.Env = append(broker.Env, variable)
		}
	}
	output := must(broker.StdoutPipe())(t)
	check(t, broker.Start())
	t.Cleanup(func() { broker.Process.Kill() })
	line := must(bufio.NewReader(output).ReadString('\n'))(t)
	var ready struct{ Listeners struct{ Amqp string } }
	check(t, json.Unmarshal([]byte(line), &ready))
	return broker, ready.Listeners.Amqp
}

func restart(t *testing.T, _ *amqp.Connection, _ *amqp.Channel) {
	folder := t.TempDir()
	broker, address := serve(t, folder)
	connection := must(amqp.Dial("amqp://guest:guest@" + address + "/"))(t)
	closed := connection.NotifyClose(make(chan *amqp.Error, 1))
	channel := confirming(t, connection)
	check(t, channel.ExchangeDeclare("events", "headers", true, false, false, false, nil))
	must(channel.QueueDeclare("kept", true, false, false, false, amqp.Table{"x-max-priority": 5}))(t)
	check(t, channel.QueueBind("kept", "", "events", false, amqp.Table{"x-match": "all", "kind": "order"}))
	for n := range 50 {
		one := must(channel.PublishWithDeferredConfirmWithContext(t.Context(), "events", "", true, false, amqp.Publishing{
			DeliveryMode: amqp.Persistent, Priority: uint8(n % 2), Headers: amqp.Table{"kind": "order", "n": int32(n)}, Body: fmt.Append(nil, n)}))(t)
		equal(t, one.Wait(), true, "confirmed")
	}
	check(t, next(t, channel, "kept", false).Ack(false))
	next(t, channel, "kept", false) // not acknowledged: it comes again

	check(t, broker.Process.Signal(syscall.SIGTERM))
	equal(t, (<-closed).Code, amqp.ConnectionForced, "the broker's farewell")
	check(t, broker.Wait())

	_, address = serve(t, folder)
	channel = confirming(t, dial(t, address))
	check(t, channel.ExchangeDeclarePassive("events", "headers", true, false, false, false, nil))
	equal(t, must(channel.QueueDeclare("kept", true, false, false, false, amqp.Table{"x-max-priority": 5}))(t).Messages, 49, "messages")
	for n := range 49 {
		got := next(t, channel, "kept", true)
		expected := 3 + 2*n // the odd ones have the higher priority, and the first of them is acknowledged
		if expected > 49 {
			expected -= 51
		}
		equal(t, fmt.Sprint(string(got.Body), got.Headers["n"]), fmt.Sprint(strconv.Itoa(expected), int32(expected)), "in order")
	}
	one := must(channel.PublishWithDeferredConfirmWithContext(t.Context(), "events", "", true, false,
		amqp.Publishing{Headers: amqp.Table{"kind": "order"}, Body: []byte("new")}))(t)
	equal(t, one.Wait(), true, "confirmed")
	equal(t, bodies(t, channel, "kept", 1), "new", "the binding")
}

func limitsAfterRestart(t *testing.T, _ *amqp.Connection, _ *amqp.Channel) {
	limitsAgain(t, syscall.SIGTERM)
}

func limitsAfterCrash(t *testing.T, _ *amqp.Connection, _ *amqp.Channel) {
	limitsAgain(t, syscall.SIGKILL)
}

func limitsAgain(t *testing.T, end syscall.Signal) {
	folder := t.TempDir()
	broker, address := serve(t, folder)
	channel := confirming(t, dial(t, address))
	must(channel.QueueDeclare("late", true, false, false, false, nil))(t)
	must(channel.QueueDeclare("waits", true, false, false, false,
		amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "late"}))(t)
	limited := amqp.Table{"x-max-length-bytes": 10}
	must(channel.QueueDeclare("limited", true, false, false, false, limited))(t)
	send := func(queue string, message amqp.Publishing) {
		message.DeliveryMode = amqp.Persistent
		equal(t, must(channel.PublishWithDeferredConfirmWithContext(t.Context(), "", queue, true, false, message))(t).Wait(), true, "confirmed")
	}
	send("limited", amqp.Publishing{Body: []byte("four")})
	send("limited", amqp.Publishing{Body: []byte("more")})
	send("waits", amqp.Publishing{Body: []byte("expired"), Expiration: "500"})
	check(t, broker.Process.Signal(end))
	broker.Wait() // an error where it was killed

	_, address = serve(t, folder)
	channel = confirming(t, dial(t, address))
	equal(t, bodies(t, channel, "late", 1), "expired", "though nobody asked the queue for it")
	send("limited", amqp.Publishing{Body: []byte("last")})
	equal(t, bodies(t, channel, "limited", 2), "more last", "the oldest made room")
}

func delaysAfterRestart(t *testing.T, _ *amqp.Connection, _ *amqp.Channel) {
	equal(t, delaysAgain(t, syscall.SIGTERM), 0, "came twice")
}

func delaysAfterCrash(t *testing.T, _ *amqp.Connection, _ *amqp.Channel) {
	delaysAgain(t, syscall.SIGKILL) // a few on their way may come again
}

// delaysAgain ends the broker while some messages are sent on, some will be due before it is back, and some after. It gives
// back how many came more than once.
func delaysAgain(t *testing.T, end syscall.Signal) int {
	const soon, late = 100, 50
	folder := t.TempDir()
	broker, address := serve(t, folder)
	channel := confirming(t, dial(t, address))
	check(t, channel.ExchangeDeclare("later", "x-delayed-message", true, false, false, false, amqp.Table{"x-delayed-type": "direct"}))
	must(channel.QueueDeclare("kept", true, false, false, false, nil))(t)
	check(t, channel.QueueBind("kept", "k", "later", false, nil))
	due := map[string]time.Time{} // not before
	var confirms []*amqp.DeferredConfirmation
	send := func(body string, delay int) {
		due[body] = time.Now().Truncate(time.Millisecond).Add(time.Duration(delay) * time.Millisecond)
		confirms = append(confirms, must(channel.PublishWithDeferredConfirmWithContext(t.Context(), "later", "k", false, false,
			amqp.Publishing{DeliveryMode: amqp.Persistent, Headers: amqp.Table{"x-delay": int32(delay)}, Body: []byte(body)}))(t))
	}
	for n := range late {
		send(fmt.Sprint("late ", n), 6_000)
	}
	send("far", 3_600_000)
	for n := range soon {
		send(fmt.Sprint("soon ", n), 5*(n+1))
	}
	for _, one := range confirms {
		equal(t, one.Wait(), true, "confirmed")
	}
	lateDue, soonDue := due["late 0"], time.Now().Add(5*soon*time.Millisecond)
	check(t, broker.Process.Signal(end))
	broker.Wait() // an error where it was killed
	eventually(t, "what is soon is due", func() bool { return time.Now().After(soonDue) })

	_, address = serve(t, folder)
	channel = confirming(t, dial(t, address))
	counts := map[string]int{}
	for came := 0; came < soon+late; {
		body := string(next(t, channel, "kept", true).Body)
		if time.Now().Before(due[body]) {
			t.Fatalf("%s came %v early", body, time.Until(due[body]))
		}
		if strings.HasPrefix(body, "soon") && counts[body] == 0 && time.Now().After(lateDue) {
			t.Fatalf("%s was due at the start and came late", body)
		}
		if counts[body]++; counts[body] == 1 {
			came++
		}
	}
	twice := 0
	for _, count := range counts {
		if count > 1 {
			twice++
		}
	}
	equal(t, bodies(t, channel, "kept", 0), "", "what is not due yet")
	return twice
}
