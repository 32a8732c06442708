package webpush

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
	"countersign/internal/standin/push"
)

var drawn = time.Date(2026, 11, 24, 12, 51, 0, 0, time.UTC)

// browsers keeps subscriptions in memory.
type browsers struct {
	mu   sync.Mutex
	kept map[string]notice.Subscription
	err  error
}

func (b *browsers) Subscription(_ context.Context, id string) (notice.Subscription, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.kept[id]
	if !ok && b.err == nil {
		return s, callbacks.ErrNotFound
	}
	return s, b.err
}

func (b *browsers) Unsubscribe(_ context.Context, id string, _ callbacks.Actor, _ time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.kept, id)
	return nil
}

// rig is a channel, a push service and one browser that is subscribed.
type rig struct {
	*Channel
	service *push.Service
	server  *httptest.Server
	browser *push.Browser
	kept    *browsers
	id      string
}

func setup(t *testing.T) *rig {
	t.Helper()
	r := &rig{server: httptest.NewUnstartedServer(nil), kept: &browsers{kept: map[string]notice.Subscription{}}}
	origin := "http://" + r.server.Listener.Addr().String()
	r.service = push.New(origin, time.Now) // the library takes the time of the machine for its tokens
	r.server.Config.Handler = r.service
	r.server.Start()
	t.Cleanup(r.server.Close)
	key, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	r.Channel, err = New(Config{Contact: "mailto:ops@example.com", Key: key, StandIn: origin}, r.kept, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	r.browser, r.id = r.subscribe(t, r.PublicKey())
	return r
}

// subscribe makes a browser that takes pushes of a key, and keeps it.
func (r *rig) subscribe(t *testing.T, key string) (*push.Browser, string) {
	t.Helper()
	b, err := r.service.Subscribe(key)
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Subscription(Registration{Endpoint: b.Endpoint, P256DH: b.P256DH + "=", Auth: b.Auth + "==", Browser: "Chromium on Linux"}, "mara", drawn)
	if err != nil {
		t.Fatal(err)
	}
	r.kept.kept[s.ID] = s
	return b, s.ID
}

// message is about an expense report.
func message(change func(*notice.Message)) notice.Message {
	m := notice.Message{
		ID: "0196b3c0-7c4e-7d11-9f5e-3a2b1c0d9e8f", State: "first", Kind: notice.MaySign, At: drawn, Zone: time.UTC,
		Expires: drawn.Add(2 * time.Hour), Desk: "Harborline", Home: "https://desk.harborline.example/",
		Items: []notice.Item{{
			ID: "exp2291", URL: "https://desk.harborline.example/callbacks/exp2291", Queue: "finance",
			Requester: "Ines Calloway", Deadline: drawn.Add(2 * time.Hour), Required: 2, State: callbacks.Pending,
		}},
	}
	if change != nil {
		change(&m)
	}
	return m
}

func decided(m *notice.Message) {
	m.State, m.Kind, m.Quiet = "second", notice.Decided, true
	i := &m.Items[0]
	i.State, i.Outcome, i.DecidedAt, i.Signed = callbacks.Completed, "Approve", drawn, []notice.Signer{{Name: "Priya Raman"}, {Name: "Mara Okafor"}}
}

// TestDeliver: the push service accepts what is sent, and the browser reads it.
func TestDeliver(t *testing.T) {
	t.Parallel()
	r := setup(t)
	handle, err := r.Deliver(t.Context(), notice.Envelope{To: r.id, Message: message(nil)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Deliver(t.Context(), notice.Envelope{To: r.id, Handle: handle, Message: message(decided)}); err != nil {
		t.Fatal(err)
	}
	got := r.service.Shown(r.browser)
	if len(got) != 2 || !got[0].Replaced || got[1].Replaced || got[0].Topic != got[1].Topic || len(got[0].Topic) != 32 {
		t.Fatalf("the browser got %+v", got)
	}
	if got[0].TTL != 2*time.Hour || got[0].Urgency != "normal" || got[1].Urgency != "low" {
		t.Errorf("TTL %v, urgency %s and %s", got[0].TTL, got[0].Urgency, got[1].Urgency)
	}
	want := []Shown{
		{Title: "1 waits for you, ends 14:51", Body: "Queue finance, 0 of 2 signed", Tag: got[0].Topic, Path: "/callbacks/exp2291", At: drawn.UnixMilli()},
		{Title: "Decided, nothing to do", Body: "Queue finance. Approved 12:51 by Mara Okafor, the last of 2.", Tag: got[0].Topic, Path: "/callbacks/exp2291",
			Silent: true, At: drawn.UnixMilli()},
	}
	for i, n := range got {
		var shown Shown
		if err := json.Unmarshal(n.Text, &shown); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[i], shown); diff != "" {
			t.Errorf("push %d (-want +got):\n%s", i, diff)
		}
	}
}

// TestListed: a queue may let the title and fields of its requests onto lock screens.
func TestListed(t *testing.T) {
	t.Parallel()
	m := message(func(m *notice.Message) {
		m.Items[0].Title, m.Items[0].Fields = "Expense report EXP-2291: $7,846.20", []notice.Field{{Label: "Total", Value: "7846.20"}}
	})
	if got, want := body(&m), "Expense report EXP-2291: $7,846.20. Total: 7846.20. Queue finance, 0 of 2 signed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLockScreen: no push of any kind holds the requester.
func TestLockScreen(t *testing.T) {
	t.Parallel()
	for _, kind := range []notice.Kind{notice.MaySign, notice.Needed, notice.Decided, notice.Ended, notice.Failed, notice.Attention, notice.Nobody, notice.Void, notice.Assigned, notice.TakenOver, notice.Digest, notice.Test, notice.NotYours} {
		for _, change := range []func(*notice.Message){nil, decided, func(m *notice.Message) { m.Items = append(m.Items, m.Items[0]) }} {
			m := message(change)
			m.Kind = kind
			if text := string(payload(&m)); strings.Contains(text, "Ines") {
				t.Errorf("%s: the push says %s", kind, text)
			}
		}
	}
}

// TestLargest: the longest words fit into a push.
func TestLargest(t *testing.T) {
	t.Parallel()
	r := setup(t)
	m := message(func(m *notice.Message) {
		for range 20 {
			i := m.Items[0]
			i.Queue = strings.Repeat("⟨", 200)
			m.Items = append(m.Items, i)
		}
	})
	if _, err := r.Deliver(t.Context(), notice.Envelope{To: r.id, Message: m}); err != nil {
		t.Fatal(err)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*testing.T, *rig)
		want   notice.FaultCode
		kept   bool // the subscription is
	}{
		"Expired":     {func(_ *testing.T, r *rig) { r.service.Expire(r.browser) }, notice.NoPlace, false},
		"Throttled":   {func(_ *testing.T, r *rig) { r.service.Throttle(1) }, notice.Busy, true},
		"Unreachable": {func(_ *testing.T, r *rig) { r.server.Close() }, notice.Unreachable, true},
		"Unknown":     {func(_ *testing.T, r *rig) { r.kept.kept = nil }, notice.NoPlace, false},
		"Database":    {func(_ *testing.T, r *rig) { r.kept.err = callbacks.ErrUnavailable }, notice.Busy, true},
		"EarlierKey":  {func(_ *testing.T, r *rig) { r.key = "another" }, notice.NoPlace, false},
		"OtherSender": {func(t *testing.T, r *rig) { r.browser, r.id = r.subscribe(t, "another") }, notice.Denied, true},
		"Elsewhere": {func(_ *testing.T, r *rig) {
			s := r.kept.kept[r.id]
			s.Endpoint = "https://metadata.example/push/x"
			r.kept.kept[r.id] = s
		}, notice.NoPlace, false},
		"NoCurve": {func(_ *testing.T, r *rig) {
			s := r.kept.kept[r.id]
			s.P256DH = s.Auth
			r.kept.kept[r.id] = s
		}, notice.NoPlace, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			test.change(t, r)
			_, err := r.Deliver(t.Context(), notice.Envelope{To: r.id, Message: message(nil)})
			var fault *notice.Fault
			if !errors.As(err, &fault) || fault.Code != test.want {
				t.Fatalf("got %v, want %s", err, test.want)
			}
			if _, kept := r.kept.kept[r.id]; kept != test.kept {
				t.Errorf("the subscription is kept: %v", kept)
			}
			if fault.Code == notice.Busy && r.kept.err == nil && fault.RetryAfter != 30*time.Second {
				t.Errorf("to be retried after %v", fault.RetryAfter)
			}
		})
	}
}

// TestUnsigned: the stand-in takes nothing of which it does not know the sender.
func TestUnsigned(t *testing.T) {
	t.Parallel()
	r := setup(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.browser.Endpoint, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil || answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %v, %v", answer, err)
	}
}

func TestSubscription(t *testing.T) {
	t.Parallel()
	r := setup(t)
	good := Registration{Endpoint: r.browser.Endpoint, P256DH: r.browser.P256DH, Auth: r.browser.Auth}
	for name, test := range map[string]struct {
		change func(*Registration)
		want   string // the place of the fault
	}{
		"OK":         {func(*Registration) {}, ""},
		"Chrome":     {func(r *Registration) { r.Endpoint = "https://fcm.googleapis.com/fcm/send/abc:def" }, ""},
		"Firefox":    {func(r *Registration) { r.Endpoint = "https://updates.push.services.mozilla.com/wpush/v2/abc" }, ""},
		"Edge":       {func(r *Registration) { r.Endpoint = "https://wns2-par02p.notify.windows.com/w/?token=abc" }, ""},
		"Safari":     {func(r *Registration) { r.Endpoint = "https://web.push.apple.com/abc" }, ""},
		"Unknown":    {func(r *Registration) { r.Endpoint = "https://push.example.com/abc" }, "/endpoint"},
		"Clear":      {func(r *Registration) { r.Endpoint = "http://fcm.googleapis.com/abc" }, "/endpoint"},
		"Port":       {func(r *Registration) { r.Endpoint = "https://fcm.googleapis.com:8443/abc" }, "/endpoint"},
		"User":       {func(r *Registration) { r.Endpoint = "https://fcm.googleapis.com@eve.example/abc" }, "/endpoint"},
		"Suffix":     {func(r *Registration) { r.Endpoint = "https://evilnotify.windows.com.eve.example/" }, "/endpoint"},
		"Lookalike":  {func(r *Registration) { r.Endpoint = "https://fcm.googleapis.com.eve.example/" }, "/endpoint"},
		"Long":       {func(r *Registration) { r.Endpoint = "https://fcm.googleapis.com/" + strings.Repeat("x", 1000) }, "/endpoint"},
		"NoAddress":  {func(r *Registration) { r.Endpoint = "javascript:alert(1)" }, "/endpoint"},
		"NoKey":      {func(r *Registration) { r.P256DH = "AAAA" }, "/p256dh"},
		"ShortAuth":  {func(r *Registration) { r.Auth = "AAAA" }, "/auth"},
		"LongOfName": {func(r *Registration) { r.Browser = strings.Repeat("x", 101) }, "/browser"},
	} {
		registration := good
		test.change(&registration)
		s, err := r.Subscription(registration, "mara", drawn)
		if test.want == "" && (err != nil || !r.Current(s.ID) || s.Person != "mara") || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s: got %+v, %v", name, s, err)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	key, _ := NewKey()
	for _, c := range []Config{{Contact: "mailto:ops@example.com", Key: "AAAA"}, {Contact: "mailto:ops@example.com"}, {Contact: "ops@example.com", Key: key}} {
		if _, err := New(c, nil, time.Now); err == nil || strings.Contains(err.Error(), key) {
			t.Errorf("%v: got %v", c, err)
		}
	}
}

func TestLife(t *testing.T) {
	t.Parallel()
	for want, expires := range map[time.Duration]time.Time{endless: {}, 0: drawn.Add(-time.Second), longest: drawn.Add(90 * 24 * time.Hour), time.Minute: drawn.Add(time.Minute)} {
		if got := life(&notice.Message{At: drawn, Expires: expires}); got != want {
			t.Errorf("until %v: got %v, want %v", expires, got, want)
		}
	}
}
