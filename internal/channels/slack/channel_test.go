package slack_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/channels/slack"
	"countersign/internal/notice"
	standin "countersign/internal/standin/slack"
)

const token = "xoxb-a-token"

var (
	arrived = time.Date(2026, 11, 24, 12, 2, 0, 0, time.UTC)
	scopes  = []string{"chat:write", "im:write", "channels:read", "channels:history", "im:history", "users:read.email"}
)

// bench is a workspace, the channel that writes to it, and a clock.
type bench struct {
	*standin.Workspace

	slack *slack.Channel
	mu    sync.Mutex // the workspace's requests read what tests set
	now   time.Time
	// after runs after the workspace did what it was asked and before it answers
	after func(method string)
}

// at sets the clock of the workspace.
func (b *bench) at(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = now
}

// then sets what runs after each request.
func (b *bench) then(after func(method string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.after = after
}

func newBench(t *testing.T, change func(*standin.Config)) *bench {
	t.Helper()
	b := &bench{now: arrived, after: func(string) {}}
	config := standin.Config{
		Name: "Harborline", Token: token, Scopes: scopes, Now: func() time.Time {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.now
		},
		Channels: []standin.Channel{{ID: "C1", Name: "finance"}, {ID: "C2", Name: "attic", Archived: true}, {ID: "C3", Name: "board", Outside: true}},
		Users:    []standin.User{{ID: "U1", Name: "Mara Okafor", Email: "mara@example.com"}, {ID: "U2", Email: "gone@example.com", Gone: true}},
	}
	if change != nil {
		change(&config)
	}
	b.Workspace = standin.New(config)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		b.ServeHTTP(recorder, r)
		b.mu.Lock()
		after := b.after
		b.mu.Unlock()
		after(strings.TrimPrefix(r.URL.Path, "/api/"))
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	b.slack = slack.New(slack.Config{Token: token, API: server.URL + "/api/"})
	return b
}

// loseAnswer makes the next answer of a method get lost, after the workspace did what it was asked.
func (b *bench) loseAnswer(method string) {
	b.then(func(called string) {
		if called == method {
			b.then(func(string) {})
			panic(http.ErrAbortHandler)
		}
	})
}

func (b *bench) deliver(t *testing.T, e notice.Envelope) notice.Handle {
	t.Helper()
	handle, err := b.slack.Deliver(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return handle
}

// fault delivers an envelope that is not taken.
func (b *bench) fault(t *testing.T, e notice.Envelope) *notice.Fault {
	t.Helper()
	handle, err := b.slack.Deliver(t.Context(), e)
	f := new(notice.Fault)
	if !errors.As(err, &f) || handle != "" {
		t.Fatalf("%q, %v, want a fault", handle, err)
	}
	if strings.Contains(f.Error(), token) {
		t.Errorf("the fault holds the token: %v", f)
	}
	return f
}

// report is a callback that waits for two signatures.
func report() notice.Item {
	return notice.Item{
		ID: "exp2291", URL: "https://desk.example.com/callbacks/exp2291", Queue: "finance", Title: "Expense report EXP-2291: $7,846.20",
		Requester: "Ines Calloway", Arrived: arrived, Deadline: arrived.Add(90 * time.Minute), Cause: callbacks.CauseTimeout,
		Required: 2, State: callbacks.Pending, Missing: []notice.Place{{Count: 2, Groups: []string{"finance-approvers"}}},
	}
}

func signed(i notice.Item, names ...string) notice.Item {
	for n, name := range names {
		i.Signed = append(i.Signed, notice.Signer{Name: name, At: arrived.Add(time.Duration(20*(n+1)) * time.Minute)})
	}
	i.Missing = nil
	return i
}

func envelope(b *bench, to string, items ...notice.Item) notice.Envelope {
	return notice.Envelope{To: to, Message: notice.Message{
		ID: "0198c0de", State: "s1", Kind: notice.MaySign, Why: notice.Why{Group: "finance-approvers"}, Items: items,
		At: b.now, Zone: time.UTC, Desk: "Countersign", Home: "https://desk.example.com",
	}}
}

// TestOneMessage: a callback is one message, which shows where it stands, and one line a signature.
func TestOneMessage(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	open := report()
	handle := b.deliver(t, envelope(b, "#finance", open))
	first := b.Messages()[0]
	const want = "Expense report EXP-2291: $7,846.20\nInes Calloway asks, queue finance. Ends 13:32, by timeout.\n" +
		"0 of 2 signed. 2 more from finance-approvers.\nRead and decide\nThis goes to a place of finance-approvers."
	if first.Shown != want || first.Calls || len(first.Links) != 1 || first.Conversation != "C1" {
		t.Errorf("shows %q with %q\nwant  %q", first.Shown, first.Links, want)
	}

	b.at(arrived.Add(45 * time.Minute))
	e := envelope(b, "#finance", signed(report(), "Priya Raman"))
	e.Handle = handle
	handle = b.deliver(t, e)

	b.at(arrived.Add(50 * time.Minute))
	over := signed(report(), "Priya Raman", "Mara Okafor")
	over.State, over.Outcome, over.Stance, over.DecidedAt = callbacks.Completed, "Approve", callbacks.For, b.now
	e = envelope(b, "#finance", over)
	e.Handle, e.Message.Kind = handle, notice.Decided
	b.deliver(t, e)
	e.Again = true
	b.deliver(t, e) // once more, as after a lost answer

	all := b.Messages()
	if len(all) != 3 || all[0].TS != first.TS || all[0].Edits != 3 || all[1].Thread != first.TS || all[2].Thread != first.TS {
		t.Fatalf("%d messages: %+v", len(all), all)
	}
	if all[1].Shown != "Priya Raman signed 12:22." || all[2].Shown != "Mara Okafor signed 12:42." {
		t.Errorf("the thread says %q and %q", all[1].Shown, all[2].Shown)
	}
	if !strings.Contains(all[0].Shown, "Approved 12:52 by Mara Okafor") || !strings.Contains(all[0].Shown, "See the record") ||
		strings.Contains(all[0].Shown, "Read and decide") || !strings.Contains(all[0].Text, "Approved") {
		t.Errorf("the message shows %q, notifications %q", all[0].Shown, all[0].Text)
	}
}

// TestLostAnswer: the workspace has each message and each line once, whichever answer is lost.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"#finance", "C1", "U1"} {
		t.Run(to, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			e := envelope(b, to, report())
			b.loseAnswer("chat.postMessage")
			if f := b.fault(t, e); f.Code != notice.Unanswered {
				t.Fatal(f)
			}
			e.Again = true
			handle := b.deliver(t, e)
			again := envelope(b, to, signed(report(), "Priya Raman", "Mara Okafor"))
			again.Handle = handle
			for _, method := range []string{"chat.update", "chat.postMessage", "conversations.replies"} {
				b.loseAnswer(method)
				_, err := b.slack.Deliver(t.Context(), again)
				if f := new(notice.Fault); to != "U1" && (!errors.As(err, &f) || f.Code != notice.Unanswered) {
					t.Fatalf("%s: %v", method, err)
				}
				again.Again = true
			}
			b.then(func(string) {})
			b.deliver(t, again)
			want := 3 // the message, and a line for each signature
			if to == "U1" {
				want = 1
			}
			if all := b.Messages(); len(all) != want || !strings.Contains(all[0].Shown, "2 of 2 signed") {
				t.Errorf("%d messages, want %d: %+v", len(all), want, all)
			}
		})
	}
}

// TestFindsInLongHistory: a message is found behind the first page of a conversation's history.
func TestFindsInLongHistory(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := envelope(b, "C1", report())
	b.loseAnswer("chat.postMessage")
	if f := b.fault(t, e); f.Code != notice.Unanswered {
		t.Fatal(f)
	}
	for range 120 {
		other := envelope(b, "C1", report())
		other.Message.ID = "other"
		b.deliver(t, other)
	}
	e.Again = true
	b.deliver(t, e)
	if n := len(b.Messages()); n != 121 {
		t.Errorf("%d messages, want 121", n)
	}
}

// TestNoneWasTaken: a message that is not there is written.
func TestNoneWasTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := envelope(b, "#finance", report())
	e.Again = true
	b.deliver(t, e)
	if n := len(b.Messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// TestForeignText: no text of others calls anybody, makes a link, or breaks the message.
func TestForeignText(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	hostile := "<!channel> <@U1> <https://evil.example|Approve> *bold* `x` & \u202egnp " + strings.Repeat("字", 5000)
	i := signed(report(), hostile, hostile)
	i.Title, i.Requester, i.Queue, i.Missing = hostile, hostile, hostile, []notice.Place{{Groups: []string{hostile}, Count: 1}}
	for range 100 {
		i.Fields = append(i.Fields, notice.Field{Label: hostile, Value: hostile})
	}
	later := i
	later.Signed = append(later.Signed[:2:2], notice.Signer{Name: hostile, At: b.now.Add(time.Hour)})
	var many []notice.Item
	for range 100 {
		many = append(many, i)
	}
	e := envelope(b, "#finance", i)
	e.Message.Why.Group, e.Message.Desk = hostile, hostile
	e.Handle = b.deliver(t, e)
	e.Message.Items = []notice.Item{later}
	b.deliver(t, e)
	digest := envelope(b, "#finance", many...)
	digest.Message.Kind, digest.Message.Gone, digest.Message.Desk, digest.Message.ID = notice.Digest, many, hostile, "digest"
	b.deliver(t, digest)
	for _, m := range b.Messages() {
		if m.Calls || strings.Contains(m.Text, "<") || strings.ContainsRune(m.Shown, '\u202e') || len([]rune(m.Shown)) > 10_000 || m.Thread == "" && len(m.Links) != 1 {
			t.Errorf("%d characters, links %q, calls %v: %.300q", len([]rune(m.Shown)), m.Links, m.Calls, m.Shown)
		}
	}
	if n := len(b.Messages()); n != 5 { // the message, three lines, the digest
		t.Errorf("%d messages", n)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	without := func(scope string) func(*standin.Config) {
		return func(c *standin.Config) {
			c.Scopes = nil
			for _, s := range scopes {
				if s != scope {
					c.Scopes = append(c.Scopes, s)
				}
			}
		}
	}
	for name, tc := range map[string]struct {
		change func(*standin.Config)
		to     string
		again  bool
		code   notice.FaultCode
		words  string
	}{
		"NoChannel":      {nil, "#nowhere", false, notice.NoPlace, "channel_not_found"},
		"NoChannelAgain": {nil, "#nowhere", true, notice.NoPlace, "channel_not_found"},
		"Archived":       {nil, "#attic", false, notice.NoPlace, "is_archived"},
		"Outside":        {nil, "C3", false, notice.NoPlace, "not_in_channel"},
		"NoUser":         {nil, "U9", false, notice.NoPlace, "user_not_found"},
		"Leaver":         {nil, "U2", false, notice.NoPlace, "user_disabled"},
		"OtherToken":     {func(c *standin.Config) { c.Token = "xoxb-other" }, "C1", false, notice.Denied, "invalid_auth"},
		"NoScope":        {without("chat:write"), "C1", false, notice.Denied, "missing_scope: chat:write"},
		"NoHistoryScope": {func(c *standin.Config) { c.Scopes = []string{"chat:write", "channels:read"} }, "C1", true, notice.Denied, "missing_scope: channels:history,groups:history,im:history"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, tc.change)
			e := envelope(b, tc.to, report())
			e.Again = tc.again
			if f := b.fault(t, e); f.Code != tc.code || f.Words != tc.words || f.Here != (name == "NoHistoryScope") {
				t.Errorf("%v", f)
			}
			if len(b.Messages()) > 0 {
				t.Error("a message was written")
			}
		})
	}
}

// TestRateLimit: the workspace says how long it wants to be left alone.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *standin.Config) { c.Posts = 1 })
	e := envelope(b, "C1", report())
	for range 10 {
		b.deliver(t, e)
	}
	if f := b.fault(t, e); f.Code != notice.Busy || f.RetryAfter != time.Second {
		t.Errorf("%+v", f)
	}
	b.at(b.now.Add(time.Second))
	b.deliver(t, e)
}

// TestGone: a message that somebody deleted, or whose channel was archived, is not written again,
// of one callback or of several.
func TestGone(t *testing.T) {
	t.Parallel()
	for name, items := range map[string][]notice.Item{"One": {report()}, "Several": {report(), report()}} {
		b := newBench(t, nil)
		e := envelope(b, "C1", items...)
		e.Handle = b.deliver(t, e)
		b.Delete("C1", b.Messages()[0].TS)
		if f := b.fault(t, e); f.Code != notice.NoMessage {
			t.Errorf("%s: %v", name, f)
		}
		b.Archive("C1")
		if f := b.fault(t, e); f.Code != notice.NoPlace {
			t.Errorf("%s: %v", name, f)
		}
		if len(b.Messages()) > 0 {
			t.Errorf("%s: it was written again", name)
		}
	}
}

// TestBrokenAnswers: what an answer does not say is not taken for granted.
func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		want   notice.FaultCode
	}{
		"NotJSON":     {http.StatusOK, "<html>" + token, notice.Unanswered},
		"Broken":      {http.StatusBadGateway, "", notice.Unanswered},
		"Fatal":       {http.StatusOK, `{"ok":false,"error":"fatal_error"}`, notice.Unanswered},
		"NewCode":     {http.StatusOK, `{"ok":false,"error":"something_new"}`, notice.Refused},
		"Maintenance": {http.StatusOK, `{"ok":false,"error":"service_unavailable"}`, notice.Busy},
		"Throttled":   {http.StatusTooManyRequests, "", notice.Busy},
		"Moved":       {http.StatusMovedPermanently, "", notice.Denied},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tc.status)
			_, _ = w.Write([]byte(tc.body))
		}))
		b := &bench{slack: slack.New(slack.Config{Token: token, API: server.URL + "/"}), now: arrived}
		if f := b.fault(t, envelope(b, "C1", report())); f.Code != tc.want {
			t.Errorf("%s: %v", name, f)
		}
		server.Close()
	}
}
