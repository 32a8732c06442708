package webhook_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/channels/webhook"
	"countersign/internal/notice"
	"countersign/internal/replies"
	"countersign/internal/standin/receiver"
)

var (
	arrived   = time.Date(2026, 11, 24, 12, 2, 0, 0, time.UTC)
	now       = time.Date(2026, 11, 24, 12, 52, 33, 0, time.UTC)
	oldSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("the secret that is replaced today"))
	newSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("the secret that comes after it"))
)

func clock() time.Time { return now }

// pending is a callback that waits for its second signature.
func pending() notice.Item {
	return notice.Item{
		ID: "exp2291", URL: "https://desk.example.com/callbacks/exp2291", Queue: "finance", Title: "Expense report EXP-2291: $7,846.20",
		Requester: "Ines Calloway", Function: "expenses", Source: "erp", Arrived: arrived, Deadline: arrived.Add(90 * time.Minute),
		Cause: callbacks.CauseTimeout, Rule: "expenses over $5,000", Required: 2, State: callbacks.Pending,
		Signed:  []notice.Signer{{Name: "Priya Raman", For: "Dana Fischer", At: arrived.Add(20 * time.Minute)}},
		Missing: []notice.Place{{Groups: []string{"finance-approvers"}, Count: 1}},
	}
}

func decided() notice.Item {
	i := pending()
	i.State, i.Outcome, i.Stance, i.DecidedAt = callbacks.Completed, "Approve", callbacks.For, now
	i.DecidedBy = "Mara Okafor"
	i.Signed = append(i.Signed, notice.Signer{Name: "Mara Okafor", At: now})
	i.Missing = nil
	return i
}

func envelope(state string, kind notice.Kind, items ...notice.Item) notice.Envelope {
	return notice.Envelope{To: "erp-bridge", Message: notice.Message{
		ID: "0198", State: state, Kind: kind, Items: items, At: now, Zone: time.UTC, Desk: "Countersign", Home: "https://desk.example.com",
	}}
}

// channel makes a channel whose one place is served by a handler.
func channel(t *testing.T, handler http.Handler, secrets ...string) *webhook.Channel {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := webhook.New(map[string]webhook.Place{"erp-bridge": {URL: server.URL + "/hooks?key=k3y", Secrets: secrets, Private: true}}, clock)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDeliver: each change is one event, however often it is sent, and is signed by every secret.
func TestDeliver(t *testing.T) {
	t.Parallel()
	r, err := receiver.New(oldSecret, clock)
	if err != nil {
		t.Fatal(err)
	}
	c := channel(t, r, newSecret, oldSecret)
	for _, e := range []notice.Envelope{
		envelope("s1", notice.MaySign, pending()), envelope("s1", notice.MaySign, pending()), envelope("s2", notice.Decided, decided()),
		envelope("s3", notice.Test),
	} {
		if handle, err := c.Deliver(t.Context(), e); err != nil || string(handle) != e.Message.State {
			t.Fatalf("%q, %v", handle, err)
		}
	}
	var got []string
	for _, e := range r.Events() {
		var body struct{ Type string }
		if err := json.Unmarshal(e.Body, &body); err != nil || e.Signed != 2 || e.Verified != 1 {
			t.Errorf("%+v, %v", e, err)
		}
		got = append(got, e.ID+" "+body.Type)
	}
	if all := strings.Join(got, ", "); all != "s1 callback.signed, s2 callback.decided, s3 desk.test" || r.Events()[0].Times != 2 {
		t.Errorf("got %s", all)
	}
	if c.Style() != notice.Event {
		t.Error(c.Style())
	}
}

// TestReceiverProvesSignatures: the stand-in takes no event without a signature of its secret.
func TestReceiverProvesSignatures(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		secret string
		now    func() time.Time
		code   notice.FaultCode
	}{
		"OtherSecret": {oldSecret, clock, notice.Denied},
		"LongAgo":     {newSecret, func() time.Time { return now.Add(6 * time.Minute) }, notice.Refused},
	} {
		r, err := receiver.New(tc.secret, tc.now)
		if err != nil {
			t.Fatal(err)
		}
		_, err = channel(t, r, newSecret).Deliver(t.Context(), envelope("s1", notice.Test))
		if f := new(notice.Fault); !errors.As(err, &f) || f.Code != tc.code || len(r.Events()) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFaults: what goes wrong keeps the address and the secrets to itself.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    notice.Fault
	}{
		"Gone":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, notice.Fault{Code: notice.NoPlace}},
		"Throttled": {busy(http.StatusTooManyRequests), notice.Fault{Code: notice.Busy, RetryAfter: time.Minute}},
		"NotReady":  {busy(http.StatusServiceUnavailable), notice.Fault{Code: notice.Busy, RetryAfter: time.Minute}},
		"Lost":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, notice.Fault{Code: notice.Unanswered}},
		"Redirect":  {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, notice.Fault{Code: notice.Denied}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := channel(t, tc.handler, newSecret).Deliver(t.Context(), envelope("s1", notice.MaySign, pending()))
			f := new(notice.Fault)
			if !errors.As(err, &f) || f.Code != tc.want.Code || f.RetryAfter != tc.want.RetryAfter {
				t.Errorf("%+v", f)
			}
			if said := f.Error(); strings.Contains(said, "k3y") || strings.Contains(said, newSecret) {
				t.Errorf("says too much: %s", said)
			}
		})
	}
	c := channel(t, http.NotFoundHandler(), newSecret)
	e := envelope("s1", notice.Test)
	e.To = "nobody"
	if _, err := c.Deliver(t.Context(), e); err == nil || !strings.Contains(err.Error(), string(notice.NoPlace)) {
		t.Errorf("an unknown name: %v", err)
	}
}

func busy(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(status)
	}
}

// TestPrivateNetwork: an address in a private network is refused unless the configuration allows it.
func TestPrivateNetwork(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("an event arrived") }))
	t.Cleanup(server.Close)
	c, err := webhook.New(map[string]webhook.Place{"erp-bridge": {URL: server.URL, Secrets: []string{newSecret}}}, clock)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Deliver(t.Context(), envelope("s1", notice.Test))
	if f := new(notice.Fault); !errors.As(err, &f) || f.Code != notice.Denied {
		t.Error(err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, secrets := range map[string][]string{
		"None": nil, "NoPrefix": {strings.TrimPrefix(newSecret, "whsec_")}, "Short": {"whsec_c2hvcnQ="}, "NotBase64": {newSecret, "whsec_%%%"},
	} {
		_, err := webhook.New(map[string]webhook.Place{"erp-bridge": {URL: "https://erp.example.com/k3y", Secrets: secrets}}, clock)
		if err == nil || !strings.Contains(err.Error(), "erp-bridge") || strings.Contains(err.Error(), "k3y") || strings.Contains(err.Error(), "c2hvcnQ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEvent pins the schema: programs of others read it.
func TestEvent(t *testing.T) {
	t.Parallel()
	var body string
	c := channel(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body = string(text)
	}), newSecret)
	if _, err := c.Deliver(t.Context(), envelope("s1", notice.Decided, decided())); err != nil {
		t.Fatal(err)
	}
	const want = `{"type":"callback.decided","timestamp":"2026-11-24T12:52:33Z","data":{"callback":"exp2291",` +
		`"url":"https://desk.example.com/callbacks/exp2291","queue":"finance","source":"erp","function":"expenses",` +
		`"title":"Expense report EXP-2291: $7,846.20","requester":"Ines Calloway","state":"completed","arrived":"2026-11-24T12:02:00Z",` +
		`"ends":"2026-11-24T13:32:00Z","endsBy":"timeout","rule":"expenses over $5,000","required":2,"signatures":[` +
		`{"name":"Priya Raman","for":"Dana Fischer","at":"2026-11-24T12:22:00Z","stance":"for"},` +
		`{"name":"Mara Okafor","for":null,"at":"2026-11-24T12:52:33Z","stance":"for"}],` +
		`"decision":{"outcome":"Approve","stance":"for","by":"Mara Okafor","at":"2026-11-24T12:52:33Z"}}}`
	if body != want {
		t.Errorf("sent\n%s\nwant\n%s", body, want)
	}
	stuck := decided()
	stuck.State, stuck.Problem, stuck.Tries, stuck.Doubtful = callbacks.Undeliverable, replies.KMS, 4, true
	if _, err := c.Deliver(t.Context(), envelope("s1", notice.Attention, stuck)); err != nil {
		t.Fatal(err)
	}
	if part := `"problem":"kms","delivery":{"tries":4,"doubtful":true}`; !strings.Contains(body, part) {
		t.Errorf("%s is not in\n%s", part, body)
	}
	later := pending()
	later.State, later.EndedAt, later.EndedBy = callbacks.TimedOut, now, callbacks.EndedByClock
	later.Deadline, later.Fields = time.Time{}, []notice.Field{{Label: "Total", Value: "$1"}}
	later.Title = "" // the queue keeps it back
	if _, err := c.Deliver(t.Context(), envelope("s1", notice.Ended, later, pending())); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"type":"callback.ended"`, `"data":{"callbacks":[{`, `"fields":[{"label":"Total","value":"$1"}]`, `"ends":null`,
		`"ended":{"by":"clock","at":"2026-11-24T12:52:33Z"}`, `"missing":[{"count":1,"groups":["finance-approvers"]}]`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("%s is not in\n%s", part, body)
		}
	}
	if n := strings.Count(body, `"title"`); n != 1 {
		t.Errorf("%d titles are in\n%s", n, body)
	}
}
