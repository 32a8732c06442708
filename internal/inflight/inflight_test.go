package inflight_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/internal/inflight"
)

func TestInFlight(t *testing.T) {
	t.Parallel()
	f := inflight.New(100, 60)
	begin := func(sender string, size int, known bool) (body *inflight.Body, err error) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", size)))
		if !known {
			r.ContentLength = -1
		}
		if body, err = f.Count(sender, r); err == nil {
			_, err = io.ReadAll(r.Body)
		}
		return body, err
	}
	first, err := begin("a", 50, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := begin("a", 11, true); !errors.Is(err, inflight.ErrFull) {
		t.Errorf("one sender has more than its share: %v", err)
	}
	second, err := begin("b", 40, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := begin("c", 11, true); !errors.Is(err, inflight.ErrFull) {
		t.Errorf("all have more than there is: %v", err)
	}
	refused, err := begin("c", 11, false)
	if !errors.Is(err, inflight.ErrFull) {
		t.Errorf("all have more than there is, which nobody announced: %v", err)
	}
	refused.Release()
	first.Release()
	second.Release()
	for _, sender := range []string{"a", "b", "c"} {
		body, err := begin(sender, 60, true)
		if err != nil {
			t.Errorf("%s: what was given back is not free: %v", sender, err)
			continue
		}
		if body.Unread() {
			t.Errorf("%s: a body that was read counts as unread", sender)
		}
		body.Release()
	}
}

// TestInFlight_Waiting: a request whose body has not come takes no room.
func TestInFlight_Waiting(t *testing.T) {
	t.Parallel()
	f := inflight.New(100, 100)
	for range 50 {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 90)))
		if body, err := f.Count("a", r); err != nil || !body.Unread() {
			t.Fatalf("%v, or nothing is to come", err)
		}
	}
}

// TestInFlight_Released: what is read after the room was given back is nothing, and giving it back
// twice gives it back once.
func TestInFlight_Released(t *testing.T) {
	t.Parallel()
	f := inflight.New(100, 100)
	for range 3 {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 60)))
		body, err := f.Count("a", r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r.Body, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		body.Release()
		body.Release()
		if rest, err := io.ReadAll(r.Body); len(rest) > 0 || err != nil {
			t.Errorf("%d bytes after the release, %v", len(rest), err)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 101)))
	if _, err := f.Count("a", r); err == nil {
		t.Error("there is more room than there was")
	}
}
