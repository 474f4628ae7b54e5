// Package clients proves a broker with three unmodified Go clients: franz-go, sarama and kafka-go.
package clients

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"
)

// Case is one sentence and what proves it.
type Case struct {
	Name string
	Run  func(t *testing.T)
}

// suite runs the cases that WHARF_TEST_FILTER wants, side by side.
func suite(t *testing.T, client string, cases []Case) {
	for _, one := range cases {
		if !strings.Contains(client+": "+one.Name, os.Getenv("WHARF_TEST_FILTER")) {
			continue
		}
		t.Run(one.Name, func(t *testing.T) {
			t.Parallel()
			one.Run(t)
		})
	}
}

func bootstrap(t *testing.T) string {
	t.Helper()
	address := os.Getenv("WHARF_BOOTSTRAP")
	if address == "" {
		t.Fatal("WHARF_BOOTSTRAP=host:port names the broker under test")
	}
	return address
}

// unique is a name that no other case, run or suite uses: cases share one broker.
func unique(word string) string {
	bytes := make([]byte, 6)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return word + "-" + hex.EncodeToString(bytes)
}

func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, actual, expected T, what string) {
	t.Helper()
	if actual != expected {
		t.Fatalf("%s: expected %v, got %v", what, expected, actual)
	}
}

// eventually polls until the condition holds; the deadline fails the case.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !condition(); {
		if time.Now().After(end) {
			t.Fatalf("not within 30 s: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// lines are compressible values, each different.
func lines(count int) []string {
	values := make([]string, count)
	for n := range values {
		values[n] = strings.Repeat("203.0.113.7 GET /index.html ", n%7) + unique("line")
	}
	return values
}
