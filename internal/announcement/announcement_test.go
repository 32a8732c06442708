package announcement

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
)

var queues = callbacks.Queues{
	callbacks.DefaultQueue: {Name: callbacks.DefaultQueue, Groups: []string{"reviewers"}},
	"finance":              {Name: "finance", Groups: []string{"finance-approvers"}, FourEyes: true, KeepAlive: callbacks.KeepAliveQueued},
	"releases":             {Name: "releases", Groups: []string{"release-managers"}, RejectAs: callbacks.Success},
}

var t0 = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return t0.Add(d) }

const orderARN = "arn:aws:lambda:eu-central-1:123456789012:function:expense-approval:14/durable-execution/EXP-2291/0f2c"

func announcement(change func(*Announcement)) Announcement {
	a := Announcement{CallbackID: "YWJj/+A=", Title: "Expense report EXP-2291", Timeout: time.Hour}
	if change != nil {
		change(&a)
	}
	return a
}

// TestAnnouncementWithoutRequester: a queue with four eyes takes nothing that does not say who
// asks, unless a history tells of it.
func TestAnnouncementWithoutRequester(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		queue, source, requester, id string
		want                         bool // refused
	}{
		"None":           {"finance", "expenses", "", "", true},
		"BareName":       {"finance", "expenses", "Ines Calloway", "", true},
		"TwoPeople":      {"finance", "expenses", "ines@a.example, bob@a.example", "", true},
		"TwoAndASubject": {"finance", "expenses", "ines@a.example, bob@a.example", "u-1", true},
		"BlankSubject":   {"finance", "expenses", "Ines Calloway", " ", true},
		"Address":        {"finance", "expenses", "Ines Calloway <ines@a.example>", "", false},
		"Subject":        {"finance", "expenses", "Ines Calloway", "u-1", false},
		"Found":          {"finance", callbacks.SourceDiscovery, "", "", false},
		"Elsewhere":      {"releases", "expenses", "Ines Calloway", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := announcement(func(a *Announcement) { a.Queue, a.Requester, a.RequesterID = tt.queue, tt.requester, tt.id })
			_, _, err := a.Callback(tt.source, nil, queues, t0)
			faults, refused := errors.AsType[fault.List](err)
			if refused != tt.want || refused && (len(faults) != 1 || faults[0].Pointer != "/requester" || !strings.Contains(faults[0].Detail, "requesterId")) {
				t.Errorf("got %v, want it refused: %t", err, tt.want)
			}
		})
	}
}

func TestAnnouncementFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Announcement)
		want   string
	}{
		"CallbackIDMissing":   {func(a *Announcement) { a.CallbackID = "" }, "/callbackId"},
		"CallbackIDShape":     {func(a *Announcement) { a.CallbackID = "../etc" }, "/callbackId"},
		"CallbackIDLong":      {func(a *Announcement) { a.CallbackID = strings.Repeat("a", 1025) }, "/callbackId"},
		"TitleLong":           {func(a *Announcement) { a.Title = strings.Repeat("é", 201) }, "/title"},
		"TitleOfTwoLines":     {func(a *Announcement) { a.Title = "a\nb" }, "/title"},
		"TitleTurnsDirection": {func(a *Announcement) { a.Title = "Pay \u202e02.648,7$" }, "/title"},
		"TitleWithoutInk":     {func(a *Announcement) { a.Title = "\u3164" }, "/title"},
		"TitleOfABlankNote":   {func(a *Announcement) { a.Title = " \U0001D159 \u0301" }, "/title"},
		"RequesterInvisible":  {func(a *Announcement) { a.Requester = "Ines\u200b Calloway" }, "/requester"},
		"LabelTurnsDirection": {func(a *Announcement) {
			a.Outcomes = []callbacks.Outcome{{Name: "a", Label: "\u202ereject", Kind: callbacks.Success, Payload: json.RawMessage("1")}}
		}, "/outcomes/0/label"},
		"DescriptionLong":       {func(a *Announcement) { a.Description = strings.Repeat("x", 20_001) }, "/description"},
		"TimeoutNegative":       {func(a *Announcement) { a.Timeout = -time.Second }, "/timeoutSeconds"},
		"HeartbeatTooLong":      {func(a *Announcement) { a.HeartbeatTimeout = 100_000_000 * time.Second }, "/heartbeatTimeoutSeconds"},
		"StartsInTheFuture":     {func(a *Announcement) { a.StartedAt = at(6 * time.Minute) }, "/startedAt"},
		"StartsBeforeChrist":    {func(a *Announcement) { a.StartedAt = time.Date(-1, 12, 31, 0, 0, 0, 0, time.UTC) }, "/startedAt"},
		"StartsAtTheEpoch":      {func(a *Announcement) { a.StartedAt = time.Unix(0, 0) }, "/startedAt"},
		"EndsAfterAllYears":     {func(a *Announcement) { a.ExecutionDeadline = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "/executionDeadline"},
		"ExecutionEndsTooEarly": {func(a *Announcement) { a.StartedAt, a.ExecutionDeadline = t0, t0 }, "/executionDeadline"},
		"QueueUnknown":          {func(a *Announcement) { a.Queue = "nowhere" }, "/queue"},
		"LinkScheme":            {func(a *Announcement) { a.Links = []callbacks.Link{{Title: "x", URL: "javascript:alert(1)"}} }, "/links/0/url"},
		"LinkRelative":          {func(a *Announcement) { a.Links = []callbacks.Link{{URL: "https://ok.example"}, {URL: "/x"}} }, "/links/1/url"},
		"TagEmpty":              {func(a *Announcement) { a.Tags = []string{""} }, "/tags/0"},
		"MaskedNoPointer":       {func(a *Announcement) { a.Masked = []string{"/iban", "iban"} }, "/masked/1"},
		"MaskedLong":            {func(a *Announcement) { a.Masked = []string{"/" + strings.Repeat("x", 500)} }, "/masked/0"},
		"MaskedMany":            {func(a *Announcement) { a.Masked = make([]string, 51) }, "/masked"},
		"KeepAlive":             {func(a *Announcement) { a.KeepAlive = "always" }, "/keepAlive"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := announcement(tt.change).Callback("expenses", nil, queues, t0)
			var faults fault.List
			if !errors.As(err, &faults) || faults[0].Pointer != tt.want {
				t.Errorf("got %v, want a fault at %s", err, tt.want)
			}
		})
	}
	t.Run("AllAtOnce", func(t *testing.T) {
		t.Parallel()
		_, _, err := Announcement{CallbackID: "?", Queue: "nowhere", Timeout: -1}.Callback("expenses", nil, queues, t0)
		var faults fault.List
		if !errors.As(err, &faults) || len(faults) != 3 {
			t.Errorf("got %v, want three faults", err)
		}
	})
}

// TestAnnouncementMasks: a request is masked where its sender or its queue says so from the moment it
// arrives.
func TestAnnouncementMasks(t *testing.T) {
	t.Parallel()
	masking := callbacks.Queues{callbacks.DefaultQueue: {Name: callbacks.DefaultQueue, Masked: []string{"/iban", "/cards/*"}}}
	a := announcement(func(a *Announcement) { a.Masked = []string{"/pin", "/iban"} })
	for _, source := range []string{"expenses", callbacks.SourceDiscovery} {
		_, content, err := a.Callback(source, nil, masking, t0)
		if want := []string{"/cards/*", "/iban", "/pin"}; err != nil || !slices.Equal(content.Masked, want) {
			t.Errorf("from %s it is masked at %q, %v; want %q", source, content.Masked, err, want)
		}
	}
}

func TestAnnouncementCallback(t *testing.T) {
	t.Parallel()
	make := func(t *testing.T, a Announcement, allowed ...string) callbacks.Callback {
		t.Helper()
		c, _, err := a.Callback("expenses", allowed, queues, t0)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	t.Run("Minimal", func(t *testing.T) {
		t.Parallel()
		c := make(t, Announcement{CallbackID: "YWJj"})
		if c.State != callbacks.Pending || c.Queue != callbacks.DefaultQueue || c.Title != "Untitled callback" || len(c.Outcomes) != 2 || !c.Clocks.StartedAt.Equal(t0) || c.KeepAlive != callbacks.KeepAliveReview {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("FromARN", func(t *testing.T) {
		t.Parallel()
		c := make(t, announcement(func(a *Announcement) { a.ExecutionARN = orderARN }))
		if c.Region != "eu-central-1" || c.Function != "expense-approval" {
			t.Errorf("region %q, function %q", c.Region, c.Function)
		}
	})
	t.Run("StrangeARN", func(t *testing.T) {
		t.Parallel()
		c := make(t, announcement(func(a *Announcement) { a.ExecutionARN = "0f2c/EXP-2291" }))
		if c.Region != "" || c.Function != "" || c.ExecutionARN == "" {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("QueueSettings", func(t *testing.T) {
		t.Parallel()
		c := make(t, announcement(func(a *Announcement) {
			a.Queue, a.Requester, a.HeartbeatTimeout = "finance", "ines@harborline.example", time.Minute
		}))
		if c.KeepAlive != callbacks.KeepAliveQueued || !c.NextHeartbeatAt.Equal(t0) {
			t.Errorf("keep-alive %q, next beat %v; want beats from arrival", c.KeepAlive, c.NextHeartbeatAt)
		}
		if c := make(t, announcement(func(a *Announcement) { a.Queue = "releases" })); c.Outcomes[1].Kind != callbacks.Success {
			t.Errorf("reject is a %s, want a success in this queue", c.Outcomes[1].Kind)
		}
	})
	t.Run("SourceOfOneQueue", func(t *testing.T) {
		t.Parallel()
		if c := make(t, announcement(nil), "releases"); c.Queue != "releases" {
			t.Errorf("queue %q, want the source's own", c.Queue)
		}
		_, _, err := announcement(func(a *Announcement) { a.Queue = "finance" }).Callback("expenses", []string{"releases"}, queues, t0)
		if err == nil {
			t.Error("a source addressed a queue that it may not")
		}
	})
	t.Run("Requester", func(t *testing.T) {
		t.Parallel()
		c := make(t, announcement(func(a *Announcement) { a.Requester = "Ines Calloway <ines@harborline.example>" }))
		if c.Requester != (callbacks.Requester{Name: "Ines Calloway", Email: "ines@harborline.example"}) {
			t.Errorf("got %+v", c.Requester)
		}
	})
	t.Run("RequesterEncoded", func(t *testing.T) {
		t.Parallel()
		encoded := "=?utf-8?q?Ines=E2=80=AEyawollaC?= <ines@harborline.example>"
		c := make(t, announcement(func(a *Announcement) { a.Requester = encoded }))
		if c.Requester != (callbacks.Requester{Name: encoded, Email: "ines@harborline.example"}) {
			t.Errorf("what nobody may send as it is came in encoded: %+q", c.Requester)
		}
	})
}

// TestCallback_BoundByRule: a callback arrives with the terms of its rule. A rule that excludes the
// requester has to know who asks, except of what was found in a history.
func TestCallback_BoundByRule(t *testing.T) {
	t.Parallel()
	two := callbacks.Terms{
		Signatures: []callbacks.Threshold{{For: 2}}, Exclude: []callbacks.Exclusion{callbacks.ExcludeRequester},
	}
	ruled := callbacks.Queues{"pay": {Name: "pay", Version: "v8", Rules: []callbacks.Rule{{Name: "all", Terms: two}}}}
	for name, tc := range map[string]struct {
		source, requester, fault string
	}{
		"Known":   {"expenses", "ines@harborline.example", ""},
		"Unclear": {"expenses", "Ines", "/requester"},
		"Found":   {callbacks.SourceDiscovery, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := announcement(func(a *Announcement) { a.Queue, a.Requester = "pay", tc.requester })
			c, _, err := a.Callback(tc.source, nil, ruled, t0)
			if tc.fault != "" {
				faults, _ := errors.AsType[fault.List](err)
				if len(faults) != 1 || faults[0].Pointer != tc.fault || !strings.Contains(faults[0].Detail, `Rule "all" asks for four eyes`) {
					t.Errorf("got %v", err)
				}
				return
			}
			if r := c.Requirement; err != nil || r.Rule != "all" || r.Version != "v8" || r.Places() != 2 {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}
