package teams_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/channels/teams"
	"countersign/internal/notice"
	standin "countersign/internal/standin/teams"
)

const signature = "a-secret-signature"

var arrived = time.Date(2026, 11, 24, 12, 2, 0, 0, time.UTC)

func clock() time.Time { return arrived }

// serve makes the channel of a workflow.
func serve(t *testing.T, workflow http.Handler) *teams.Channel {
	t.Helper()
	server := httptest.NewServer(workflow)
	t.Cleanup(server.Close)
	return teams.New(map[string]teams.Place{"room": {URL: server.URL + "/workflows/1?sig=" + signature, Private: true}}, clock)
}

func report() notice.Item {
	return notice.Item{
		ID: "exp2291", URL: "https://desk.example.com/callbacks/exp2291", Queue: "finance", Title: "Expense report EXP-2291: $7,846.20",
		Requester: "Ines Calloway", Arrived: arrived, Deadline: arrived.Add(90 * time.Minute), Cause: callbacks.CauseTimeout,
		Required: 2, State: callbacks.Pending, Signed: []notice.Signer{{Name: "Priya Raman", At: arrived}},
		Fields: []notice.Field{{Label: "Total", Value: "$7,846.20"}},
	}
}

func envelope(kind notice.Kind, items ...notice.Item) notice.Envelope {
	return notice.Envelope{To: "room", Message: notice.Message{
		ID: "0198", State: "s1", Kind: kind, Why: notice.Why{Group: "finance-approvers"}, Items: items, At: arrived, Zone: time.UTC,
		Desk: "Countersign", Home: "https://desk.example.com",
	}}
}

// TestPosts: each state is a post; its one action opens the page.
func TestPosts(t *testing.T) {
	t.Parallel()
	w := standin.New(signature, clock)
	c := serve(t, w)
	alone := report()
	alone.Alone = true
	over := report()
	over.State, over.Outcome, over.Stance, over.DecidedAt = callbacks.Completed, "Approve", callbacks.For, arrived
	over.Signed = append(over.Signed, notice.Signer{Name: "Mara Okafor", At: arrived})
	for _, e := range []notice.Envelope{envelope(notice.Needed, alone), envelope(notice.Decided, over), envelope(notice.Digest, report(), report())} {
		if handle, err := c.Deliver(t.Context(), e); err != nil || handle == "" {
			t.Fatal(handle, err)
		}
	}
	want := [][]string{
		{
			"Expense report EXP-2291: $7,846.20", "Ends in 90 min, nobody has it open.", "Asks: Ines Calloway", "Queue: finance",
			"Ends 13:32, by timeout.", "1 of 2 signed: Priya Raman.", "Total: $7,846.20", "This goes to a place of finance-approvers.",
		}, {
			"Expense report EXP-2291: $7,846.20", "Approved 12:02 by Mara Okafor, the last of 2.", "Asks: Ines Calloway", "Queue: finance",
			"Was to end: 13:32", "Total: $7,846.20", "This goes to a place of finance-approvers.",
		}, {
			"2 wait for you, nearest ends 13:32", "Expense report EXP-2291: $7,846.20, finance. Ends 13:32, by timeout. 1 of 2 signed.",
			"Expense report EXP-2291: $7,846.20, finance. Ends 13:32, by timeout. 1 of 2 signed.",
			"You get this because you asked for a digest. It is left out when nothing waits.",
		},
	}
	links := []string{"https://desk.example.com/callbacks/exp2291", "https://desk.example.com/callbacks/exp2291", "https://desk.example.com"}
	titles := []string{"Read and decide", "See the record", "Open Countersign"}
	for i, p := range w.Posts() {
		if !slices.Equal(p.Lines, want[i]) || len(p.Links) != 1 || p.Links[titles[i]] != links[i] {
			t.Errorf("post %d says %q with %v\nwant %q", i, p.Lines, p.Links, want[i])
		}
	}
	if len(w.Posts()) != 3 || c.Style() != notice.Posted {
		t.Errorf("%d posts, style %s", len(w.Posts()), c.Style())
	}
}

// TestForeignText: a card stays a card, however long and hostile its text is.
func TestForeignText(t *testing.T) {
	t.Parallel()
	w := standin.New(signature, clock)
	hostile := "[Approve](https://evil.example) <at>all</at> **bold** {{DATE(2026-11-24)}} \u202e\x00" + strings.Repeat("字", 5000)
	i := report()
	i.Title, i.Requester, i.Queue, i.Rule, i.Held = hostile, hostile, hostile, hostile, hostile
	var fields []notice.Field
	var many []notice.Item
	for range 100 {
		fields = append(fields, notice.Field{Label: hostile, Value: hostile})
		i.Signed = append(i.Signed, notice.Signer{Name: hostile})
		many = append(many, i)
	}
	i.Fields = fields
	digest := envelope(notice.Digest, many...)
	digest.Message.Gone, digest.Message.Desk = many, hostile
	for _, e := range []notice.Envelope{envelope(notice.MaySign, i), digest} {
		if _, err := serve(t, w).Deliver(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
	for _, p := range w.Posts() {
		if strings.ContainsRune(string(p.Body), '\u202e') || len(p.Links) != 1 || strings.Contains(string(p.Body), "msteams") {
			t.Errorf("%.300s", p.Body)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*standin.Workflow)
		sign   string
		want   notice.Fault
	}{
		"Off":         {(*standin.Workflow).SwitchOff, signature, notice.Fault{Code: notice.NoPlace, Words: "the workflow is switched off"}},
		"Deleted":     {(*standin.Workflow).Delete, signature, notice.Fault{Code: notice.NoPlace, Words: "the workflow does not exist any more"}},
		"OtherSecret": {func(*standin.Workflow) {}, "other", notice.Fault{Code: notice.Denied}},
	} {
		w := standin.New(tc.sign, clock)
		tc.change(w)
		_, err := serve(t, w).Deliver(t.Context(), envelope(notice.MaySign, report()))
		f := new(notice.Fault)
		if !errors.As(err, &f) || f.Code != tc.want.Code || tc.want.Words != "" && f.Words != tc.want.Words || strings.Contains(f.Error(), signature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	throttled := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	_, err := throttled.Deliver(t.Context(), envelope(notice.MaySign, report()))
	if f := new(notice.Fault); !errors.As(err, &f) || f.Code != notice.Busy || f.RetryAfter != 30*time.Second {
		t.Error(err)
	}
	lost := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	_, err = lost.Deliver(t.Context(), envelope(notice.MaySign, report()))
	if f := new(notice.Fault); !errors.As(err, &f) || f.Code != notice.Unanswered || strings.Contains(f.Error(), signature) {
		t.Error(err)
	}
	for _, place := range []string{"", "elsewhere"} {
		e := envelope(notice.MaySign, report())
		e.To = place
		_, err := lost.Deliver(t.Context(), e)
		if f := new(notice.Fault); !errors.As(err, &f) || f.Code != notice.NoPlace {
			t.Error(err)
		}
	}
}

// TestPublicOnly: without leave, no post goes to a private network.
func TestPublicOnly(t *testing.T) {
	t.Parallel()
	w := standin.New(signature, clock)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	c := teams.New(map[string]teams.Place{"room": {URL: server.URL + "?sig=" + signature}}, clock)
	_, err := c.Deliver(t.Context(), envelope(notice.MaySign, report()))
	if f := new(notice.Fault); !errors.As(err, &f) || f.Code != notice.Denied || len(w.Posts()) > 0 {
		t.Error(err)
	}
}
