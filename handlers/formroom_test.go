package handlers_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestDecision_FullHouse: a form for which there is no room is not read, so the page has nothing to
// give back. It says who has: the browser, which sends it again when it loads the page again.
func TestDecision_FullHouse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	host := strings.TrimPrefix(s.url, "http://")
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	// a desk that waits for the body fails the test, and does not stop it
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	_, _ = fmt.Fprintf(conn, "POST /callbacks/%s/decision HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n",
		id, host, 1<<40)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" || !resp.Close {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
	if !strings.Contains(string(page), "your browser still has what you typed") {
		t.Errorf("%s", page)
	}
}

// TestDecision_RoomComesBack: a form that is refused before it is read takes no room for good,
// although its page gives the comment back.
func TestDecision_RoomComesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id, stranger := s.receive(expense()).ID, s.visitor()
	long := url.Values{"outcome": {"approve"}, "comment": {strings.Repeat("x", 1<<20-100)}}.Encode()
	for i := range 12 { // 8 MiB are one address's
		if a := stranger.do(http.MethodPost, "/callbacks/"+string(id)+"/decision", "application/x-www-form-urlencoded", long); a.status != http.StatusUnauthorized {
			t.Fatalf("form %d of somebody who is not signed in: %d", i, a.status)
		}
	}
	b := s.as(rita)
	if a := b.decide(id, b.choose(id, "reject", "no receipt")); a.status != http.StatusSeeOther {
		t.Errorf("a decision after them: %d", a.status)
	}
}
