package codec_test

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"

	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/codec"
)

// TestSilence: a server that took too long for one page is not asked for the next ones for a while, and
// for each press it is.
func TestSilence(t *testing.T) {
	t.Parallel()
	clock, asked := callbackstest.NewClock(callbackstest.T0), 0
	silent := roundTripper(func(*http.Request) error {
		asked++
		return context.DeadlineExceeded
	})
	c, _ := one(t, codec.Function{Server: codec.Server{URL: "https://codec.example.com", Token: token}}, codec.Config{Transport: silent, Now: clock.Now})
	decode := func(want int) {
		t.Helper()
		_, err := c.Decoder.Decode(t.Context(), to, mara, []byte("1"))
		if words := wordsOf(t, err); words != "The codec server does not answer." || asked != want {
			t.Errorf("%q after %d requests, want %d", words, asked, want)
		}
	}
	decode(1)
	clock.Advance(9 * time.Second)
	decode(1)
	if _, err := c.Encoder.Encode(t.Context(), to, mara, success([]byte("1"))); err == nil || asked != 2 {
		t.Errorf("a press: %v after %d requests, want 2", err, asked)
	}
	clock.Advance(time.Second)
	decode(3)
}

// TestSilence_ofAPage: that a page was left, or took its own time, is no silence of the server.
func TestSilence_ofAPage(t *testing.T) {
	t.Parallel()
	clock, asked := callbackstest.NewClock(callbackstest.T0), 0
	silent := roundTripper(func(*http.Request) error {
		asked++
		return context.DeadlineExceeded
	})
	c, _ := one(t, codec.Function{Server: codec.Server{URL: "https://codec.example.com", Token: token}}, codec.Config{Transport: silent, Now: clock.Now})
	left, leave := context.WithCancel(t.Context())
	leave()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for i, page := range []context.Context{left, late, t.Context()} {
		if _, err := c.Decoder.Decode(page, to, mara, []byte("1")); err == nil || asked != i+1 {
			t.Errorf("%v after %d requests, want %d", err, asked, i+1)
		}
	}
	if _, err := c.Decoder.Decode(t.Context(), to, mara, []byte("1")); err == nil || asked != 3 {
		t.Errorf("%v: a server that is silent was asked %d times, want 3", err, asked)
	}
}

// TestSilence_ofAConnection: a server that cannot be reached is left alone too.
func TestSilence_ofAConnection(t *testing.T) {
	t.Parallel()
	clock, asked := callbackstest.NewClock(callbackstest.T0), 0
	refused := roundTripper(func(*http.Request) error {
		asked++
		return syscall.ECONNREFUSED
	})
	c, _ := one(t, codec.Function{Server: codec.Server{URL: "https://codec.example.com", Token: token}}, codec.Config{Transport: refused, Now: clock.Now})
	for range 2 {
		if _, err := c.Decoder.Decode(t.Context(), to, mara, []byte("1")); err == nil || asked != 1 {
			t.Errorf("%v after %d requests, want 1", err, asked)
		}
	}
}
