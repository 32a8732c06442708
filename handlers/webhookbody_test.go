package handlers_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/intake"
)

// TestWebhook_UnreadBodies: what the headers prove to be wrong is answered while the body is still
// on its way.
func TestWebhook_UnreadBodies(t *testing.T) {
	t.Parallel()
	s := newSNSSigner(t).site(withEventBridge(t))
	now := strconv.FormatInt(s.clock.Now().Unix(), 10)
	signed := map[string]string{"Webhook-Id": "msg_1", "Webhook-Timestamp": now, "Webhook-Signature": "v1,AAAA"}
	const announcements, full = "/webhooks/callbacks", 1 << 40 // more than there is room for
	for name, test := range map[string]struct {
		path   string
		change map[string]string
		size   int
		want   int
	}{
		"NotSigned":     {announcements, map[string]string{"Webhook-Signature": ""}, 100, http.StatusUnauthorized},
		"Stale":         {announcements, map[string]string{"Webhook-Timestamp": "1"}, 100, http.StatusUnauthorized},
		"UnknownSource": {announcements, map[string]string{"Countersign-Source": "nobody"}, 100, http.StatusUnauthorized},
		"WrongToken":    {announcements, map[string]string{"Webhook-Signature": "", "Authorization": "Bearer x"}, 100, http.StatusUnauthorized},
		"MediaType":     {announcements, map[string]string{"Content-Type": "text/plain"}, 100, http.StatusUnsupportedMediaType},
		"TooLarge":      {announcements, nil, 1<<20 + 1, http.StatusRequestEntityTooLarge},
		"NoKey":         {"/webhooks/eventbridge", nil, 100, http.StatusUnauthorized},
		"Raw":           {"/webhooks/sns", map[string]string{"X-Amz-Sns-Rawdelivery": "true"}, 100, http.StatusBadRequest},
		// SNS gives up on a 429, and all come again after a 503
		"Full":         {announcements, nil, full, http.StatusServiceUnavailable},
		"FullOfEvents": {"/webhooks/eventbridge", map[string]string{"X-Api-Key": eventKey}, full, http.StatusServiceUnavailable},
		"FullForSNS":   {"/webhooks/sns", nil, full, http.StatusServiceUnavailable},
	} {
		headers := map[string]string{"Content-Type": "application/json"}
		maps.Copy(headers, signed)
		maps.Copy(headers, test.change)
		resp := s.announceBody(test.path, headers, test.size)
		if resp.StatusCode != test.want || test.want == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %v, want %d", name, resp.StatusCode, resp.Header, test.want)
		}
		_ = resp.Body.Close()
	}
}

// announceBody sends the head of a message and nothing of its body, and returns what it is
// answered.
func (s *site) announceBody(path string, headers map[string]string, size int) *http.Response {
	s.t.Helper()
	conn, err := new(net.Dialer).DialContext(s.t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	// a desk that waits for the body fails the test, and does not stop it
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: desk\r\nContent-Length: %d\r\n", path, size)
	for key, value := range headers {
		if value != "" {
			head += key + ": " + value + "\r\n"
		}
	}
	if _, err := io.WriteString(conn, head+"\r\n"); err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	return resp
}

// TestWebhook_NoRoom: bodies of a length that nobody announced fill the room of their address. The
// one that finds none is told that the desk is busy, the same by every way in.
func TestWebhook_NoRoom(t *testing.T) {
	t.Parallel()
	s := newSNSSigner(t).site(withEventBridge(t))
	const room = 8 << 20 // of one address
	for name, test := range map[string]struct {
		path, header string
		largest      int
	}{
		"Announcement": {"/webhooks/callbacks", "Authorization: Bearer " + webhookToken, intake.MaxBody},
		"Event":        {"/webhooks/eventbridge", "X-Api-Key: " + eventKey, 256 << 10},
		"SNS":          {"/webhooks/sns", "X-Amz-Sns-Message-Type: Notification", intake.MaxBody},
	} {
		part := strings.Repeat(" ", test.largest-1)
		answers := make(chan *http.Response)
		done := make(chan struct{})
		for range room/len(part) + 1 {
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			go func() {
				// the body does not end; the desk may close before it has read all
				_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\n"+
					"%s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", test.path, test.header, len(part), part)
			}()
			go func() {
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					return // the test has ended
				}
				select {
				case answers <- resp:
				case <-done:
				}
			}()
		}
		resp := <-answers
		close(done)
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" || !strings.Contains(string(body), `"code":"busy"`) {
			t.Errorf("%s: %d %v %s, want 503 busy", name, resp.StatusCode, resp.Header, body)
		}
	}
}
