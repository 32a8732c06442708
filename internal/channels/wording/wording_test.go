package wording

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

var (
	drawn  = time.Date(2026, 11, 24, 12, 51, 0, 0, time.UTC) // 13:51 in Berlin
	berlin = zone("Europe/Berlin")
)

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// expense is a request of the story that the pages tell, with changes.
func expense(change func(*notice.Item)) notice.Item {
	i := notice.Item{
		Queue: "finance", Title: "Expense report EXP-2291: $7,846.20", Requester: "Ines Calloway",
		Deadline: drawn.Add(41 * time.Minute), Cause: callbacks.CauseTimeout, Required: 2,
		Signed:  []notice.Signer{{Name: "Priya Raman", At: drawn.Add(-29 * time.Minute)}},
		Missing: []notice.Place{{Groups: []string{"controllers"}, Count: 1}},
		State:   callbacks.Pending,
	}
	if change != nil {
		change(&i)
	}
	return i
}

func TestItem(t *testing.T) {
	t.Parallel()
	m := &notice.Message{At: drawn, Zone: berlin}
	for name, test := range map[string]struct {
		of     func(notice.Item) string
		change func(*notice.Item)
		want   string
	}{
		"Title":        {Title, nil, "Expense report EXP-2291: $7,846.20"},
		"TitleHidden":  {Title, func(i *notice.Item) { i.Title = "" }, "A request in finance"},
		"TitleTurned":  {Title, func(i *notice.Item) { i.Title = "a\u202eb\nc" }, "a⟨U+202E⟩b⟨U+000A⟩c"},
		"Requester":    {Requester, nil, "Ines Calloway asks."},
		"NoRequester":  {Requester, func(i *notice.Item) { i.Requester = "" }, ""},
		"Held":         {Held, func(i *notice.Item) { i.Held = "Dana Fischer" }, "Dana Fischer has it open."},
		"Count":        {Count, nil, "1 of 2 signed"},
		"Signed":       {Signed, nil, "1 of 2 signed: Priya Raman."},
		"NobodySigned": {Signed, func(i *notice.Item) { i.Signed = nil }, "0 of 2 signed."},
		"SignedForAnother": {Signed, func(i *notice.Item) { i.Signed[0].For = "Mara Okafor" },
			"1 of 2 signed: Priya Raman for Mara Okafor."},
		"SignedAgainst": {Signed, func(i *notice.Item) { i.Signed[0].Against = true },
			"0 of 2 signed. Against it: Priya Raman."},
		"Missing":        {Missing, nil, "1 more from controllers."},
		"MissingAnybody": {Missing, func(i *notice.Item) { i.Missing = []notice.Place{{Count: 2}} }, "2 more."},
		"NoneMissing":    {Missing, func(i *notice.Item) { i.Missing = nil }, ""},
		"Ends":           {func(i notice.Item) string { return Ends(i, m) }, nil, "Ends 14:32, by timeout."},
		"EndsLater": {func(i notice.Item) string { return Ends(i, m) }, func(i *notice.Item) {
			i.Deadline, i.Cause = drawn.Add(48*time.Hour), callbacks.CauseHeartbeat
		}, "Ends Thu 26 Nov, 13:51, by heartbeat."},
		"NoEnd":     {func(i notice.Item) string { return Ends(i, m) }, func(i *notice.Item) { i.Deadline = time.Time{} }, "It has no time limit."},
		"Left":      {func(i notice.Item) string { return Left(i, m.At) }, nil, "41 min"},
		"LeftHours": {func(i notice.Item) string { return Left(i, m.At) }, func(i *notice.Item) { i.Deadline = drawn.Add(5 * time.Hour) }, "5 h"},
	} {
		if got := test.of(expense(test.change)); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestOver(t *testing.T) {
	t.Parallel()
	decided := func(i *notice.Item) {
		i.State, i.Outcome, i.DecidedAt = callbacks.Completed, "Approve", drawn
		i.Signed = append(i.Signed, notice.Signer{Name: "Mara Okafor", At: drawn})
	}
	for name, test := range map[string]struct {
		change func(*notice.Item)
		want   string
	}{
		"Pending": {nil, ""},
		"Decided": {decided, "Approved 13:51 by Mara Okafor, the last of 2."},
		"Own outcome": {func(i *notice.Item) { decided(i); i.Outcome = "Hold\u202e" },
			"Decided “Hold⟨U+202E⟩” 13:51 by Mara Okafor, the last of 2."},
		"Execution failed": {func(i *notice.Item) { decided(i); i.Execution = callbacks.StatusFailed },
			"Approved 13:51 by Mara Okafor, the last of 2. The execution failed afterwards."},
		"Lost": {func(i *notice.Item) { decided(i); i.State = callbacks.Lost },
			"Approved 13:51 by Mara Okafor, the last of 2. It came too late: the callback had ended already."},
		"Undeliverable": {func(i *notice.Item) { decided(i); i.State = callbacks.Undeliverable; i.Outcome = "Reject" },
			"Rejected 13:51 by Mara Okafor, the last of 2. Lambda did not take it."},
		"Timed out": {func(i *notice.Item) {
			i.State, i.EndedBy, i.EndedAt = callbacks.TimedOut, callbacks.EndedByClock, drawn
		}, "Timed out, 13:51. 1 of 2 signed, too late."},
		"Elsewhere": {func(i *notice.Item) {
			i.State, i.EndedBy, i.EndedAt, i.Signed = callbacks.Closed, callbacks.EndedByOther, drawn, nil
		}, "Another client completed it, 13:51."},
	} {
		if got := Over(expense(test.change), &notice.Message{At: drawn, Zone: berlin}); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestWhy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		message notice.Message
		want    string
	}{
		"Member": {notice.Message{Kind: notice.MaySign, Why: notice.Why{Group: "finance-approvers"}},
			"You get this because you are in finance-approvers."},
		"Unopened": {notice.Message{Kind: notice.MaySign, Why: notice.Why{Group: "finance-approvers", Unopened: drawn.Add(-10 * time.Minute)}},
			"You get this because you are in finance-approvers and have not opened the notice of 13:41."},
		"Reminder": {notice.Message{Kind: notice.Needed, Why: notice.Why{Group: "finance-approvers", Share: 0.8}},
			"You get this because you are in finance-approvers, and 80 % of the time is over."},
		"Delegate": {notice.Message{Kind: notice.MaySign, Why: notice.Why{For: "Mara Okafor"}},
			"You get this because you act for Mara Okafor."},
		"Escalated": {notice.Message{Kind: notice.Needed, Why: notice.Why{Group: "finance-leads", Escalated: true}},
			"You get this because you are in finance-leads, which may sign since it was escalated."},
		"Admin": {notice.Message{Kind: notice.Attention}, "You get this because you are an admin of this desk."},
		"Test":  {notice.Message{Kind: notice.Test}, "You get this because you asked for a test."},
	} {
		m := test.message
		m.At, m.Zone, m.Settings = drawn, berlin, "https://desk.example.com/settings"
		if got := Why(&m); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	place := &notice.Message{Kind: notice.MaySign, Why: notice.Why{Group: "finance-approvers"}}
	if got, want := Why(place), "This goes to a place of finance-approvers."; got != want {
		t.Errorf("a place of a group: got %q, want %q", got, want)
	}
}

// TestGist: what stands on a lock screen holds no title and no name.
func TestGist(t *testing.T) {
	t.Parallel()
	two := []notice.Item{expense(nil), expense(nil)}
	taken := func(i *notice.Item) { i.Assigned, i.AssignedBy = "Mara Okafor", "Mara Okafor" }
	for name, test := range map[string]struct {
		message notice.Message
		want    string
	}{
		"One":       {notice.Message{Kind: notice.MaySign, Items: two[:1]}, "1 waits for you, ends 14:32"},
		"Two":       {notice.Message{Kind: notice.MaySign, Items: two}, "2 wait for you, nearest ends 14:32"},
		"Needed":    {notice.Message{Kind: notice.Needed, Items: two[:1]}, "Ends in 41 min"},
		"Alone":     {notice.Message{Kind: notice.Needed, Items: []notice.Item{expense(func(i *notice.Item) { i.Alone = true })}}, "Ends in 41 min, nobody has it open"},
		"Last":      {notice.Message{Kind: notice.Needed, Items: two[:1], Why: notice.Why{Group: "controllers", Last: true}}, "Ends in 41 min, the last signature is missing"},
		"Decided":   {notice.Message{Kind: notice.Decided, Items: two[:1]}, "Decided, nothing to do"},
		"Ended":     {notice.Message{Kind: notice.Ended, Items: two[:1]}, "Ended, nothing to do"},
		"Failed":    {notice.Message{Kind: notice.Failed, Items: two[:1]}, "The execution failed after you signed"},
		"Attention": {notice.Message{Kind: notice.Attention, Items: two[:1]}, "A delivery needs an admin"},
		"Void":      {notice.Message{Kind: notice.Void, Items: two[:1]}, "Your signature does not count any more"},
		"Assigned":  {notice.Message{Kind: notice.Assigned, Items: two[:1]}, "Assigned to you"},
		"Several":   {notice.Message{Kind: notice.Assigned, Items: two}, "2 are assigned to you"},
		"TakenOver": {notice.Message{Kind: notice.TakenOver, Items: []notice.Item{expense(taken)}}, "Assigned to somebody else now"},
		"Released":  {notice.Message{Kind: notice.TakenOver, Items: two[:1]}, "Assigned to nobody now"},
		"Both":      {notice.Message{Kind: notice.TakenOver, Items: []notice.Item{two[0], expense(taken)}}, "2 are assigned to others or to nobody now"},
		"Test":      {notice.Message{Kind: notice.Test, Desk: "Harborline"}, "A test from Harborline"},
		"NotYours":  {notice.Message{Kind: notice.NotYours, Settings: "s"}, "This is not for you any more"},
		"NotHere":   {notice.Message{Kind: notice.NotYours}, "This is not for this place any more"},
	} {
		m := test.message
		m.At, m.Zone = drawn, berlin
		if got := Gist(&m); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"short": "short", "ten letters": "ten lette…", "Kühne über": "Kühne über", "abcdefgh ijkl": "abcdefgh…"} {
		if got := Cut(text, 10); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
