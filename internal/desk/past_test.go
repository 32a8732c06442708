package desk_test

import (
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desktest"
)

// endedRuns decides as many callbacks of a function as there are results, and lets their executions
// fail.
func endedRuns(d *testDesk, queue string, results ...string) {
	d.T.Helper()
	for _, text := range results {
		c := d.Announce(func(a *announcement.Announcement) {
			a.Queue, a.CallbackID = queue, string(callbackstest.NewCallbackID())
		})
		_, err := d.Store.Change(d.Ctx, c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
			c.State, c.NextHeartbeatAt = callbacks.Completed, time.Time{}
			c.Decision = &callbacks.Decision{Outcome: callbacks.OutcomeResult, Kind: callbacks.Success, By: desktest.Mara.Actor(), At: d.Clock.Now()}
			c.Ending = &callbacks.Ending{By: callbacks.EndedByUs, At: d.Clock.Now()}
			c.Delivery = &callbacks.Delivery{
				Callback: c.ID, Completion: callbacks.Completion{Kind: callbacks.Success, Result: []byte(text)},
				FollowUp: &callbacks.FollowUp{Status: callbacks.StatusFailed, EndedAt: d.Clock.Now().Add(2 * time.Second)},
			}
			return nil
		})
		if err != nil {
			d.T.Fatal(err)
		}
	}
}

// TestPast: what past runs got and how they ended is told to who may see their queue, and of no
// other.
func TestPast(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	endedRuns(d, "legal", "1", "2", "2", "2")
	endedRuns(d, "finance", "3", "3", "3", "3", "3")
	c := d.Announce(inLegal)
	sheet, shown := sheetOf(d, t, desktest.Mara, c.ID)
	if len(sheet.Past.Answers) > 0 || shown[callbacks.OutcomeResult].Usual != nil {
		t.Errorf("of four runs it says %+v", sheet.Past)
	}
	endedRuns(d, "legal", "2")
	d.Clock.Advance(time.Minute) // what was known before is used for a minute
	sheet, shown = sheetOf(d, t, desktest.Mara, c.ID)
	if a := sheet.Past.Answers; len(a) != 2 || a[0].Answer.Result != "2" || a[0].Count != 4 || a[0].Bad != 0 {
		t.Errorf("got %+v", a)
	}
	want := desk.Way{Outcome: callbacks.OutcomeResult, Status: callbacks.StatusFailed, Took: 2 * time.Second, Same: 5, Of: 5}
	if got := shown[callbacks.OutcomeResult].Usual; got == nil || *got != want {
		t.Errorf("got %+v", got)
	}
	if shown["approve"].Usual != nil {
		t.Errorf("of approvals it says %+v", shown["approve"].Usual)
	}
	endedRuns(d, "legal", "4")
	if sheet, _ = sheetOf(d, t, desktest.Mara, c.ID); len(sheet.Past.Answers) != 2 {
		t.Errorf("it is read again within a minute: %+v", sheet.Past)
	}
}

// TestPast_Hidden: results of a queue that masks, or of a function that reads ciphertext, are
// offered to nobody. How the runs ended is no secret.
func TestPast_Hidden(t *testing.T) {
	t.Parallel()
	masks := callbacks.Queues{"legal": desktest.Queues["legal"]}
	legal := masks["legal"]
	legal.Masked = []string{"/iban"}
	masks["legal"] = legal
	for name, change := range map[string]func(*desk.ServiceConfig){
		"Masked":  func(c *desk.ServiceConfig) { c.Queues = masks },
		"Encoded": func(c *desk.ServiceConfig) { c.Codecs = map[string]desk.Codec{encodes: new(desktest.Reversal).Codec()} },
	} {
		d := newDesk(t)
		endedRuns(d, "legal", "1", "1", "1", "1", "1")
		c := d.Announce(inLegal)
		settings := desk.ServiceConfig{
			Store: d.Store, Queues: desktest.Queues, Invalidator: d.Invalidations, ReviewLimits: callbacks.DefaultReviewLimits, Now: d.Clock.Now,
		}
		change(&settings)
		sheet, err := desk.NewService(settings).Sheet(d.Ctx, desktest.Mara, c.ID)
		if err != nil || len(sheet.Past.Answers) != 0 || len(sheet.Past.Ways) != 1 {
			t.Errorf("%s: got %+v, %v", name, sheet.Past, err)
		}
	}
}
