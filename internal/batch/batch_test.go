package batch_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/fault"
)

// rig is a desk with batches.
type rig struct {
	*desktest.Desk
	service *batch.Service
	worker  *batch.Worker
	woken   int
	decided atomic.Int64
	roles   callbacks.Roles // that the configuration gives Mara now
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Desk: desktest.New(t), roles: callbacks.Roles{Reviewer: true}}
	r.service = batch.NewService(r.Store, r.Service, func() { r.woken++ }, r.Clock.Now)
	r.worker = r.newWorker(r.Service)
	return r
}

func (r *rig) newWorker(signer batch.Signer) *batch.Worker {
	return batch.NewWorker(batch.WorkerConfig{
		Store: r.Store, Get: r.Store.Get, Signer: func() batch.Signer { return signer },
		Roles:   func(callbacks.Person) callbacks.Roles { return r.roles },
		Decided: func(callbacks.Callback) { r.decided.Add(1) }, Invalidator: r.Invalidations, Log: slog.New(slog.DiscardHandler), Now: r.Clock.Now,
	})
}

// ask announces a deploy to an environment; change may make something else of it.
func (r *rig) ask(n int, change func(*announcement.Announcement)) callbacks.ID {
	r.T.Helper()
	return r.Announce(func(a *announcement.Announcement) {
		a.CallbackID, a.Title = fmt.Sprintf("YWJj%04d", n), fmt.Sprintf("Deploy to environment %d", n)
		a.Timeout = time.Hour + time.Duration(n)*time.Minute
		a.ExecutionARN = strings.Replace(a.ExecutionARN, "0f2c", fmt.Sprintf("%04d", n), 1)
		if change != nil {
			change(a)
		}
	}).ID
}

// several announces that many.
func (r *rig) several(count int) (ids []callbacks.ID) {
	for n := range count {
		ids = append(ids, r.ask(n, nil))
	}
	return ids
}

func (r *rig) selects(ids ...callbacks.ID) batch.Batch {
	r.T.Helper()
	b, err := r.service.Select(r.Ctx, desktest.Mara, ids, callbacks.For, "queue=finance")
	callbackstest.Must(r.T, err)
	return b
}

func (r *rig) begins(b batch.Batch, ids ...callbacks.ID) batch.Batch {
	r.T.Helper()
	b, _, err := r.service.Arm(r.Ctx, desktest.Mara, b.ID, ids, "As agreed")
	callbackstest.Must(r.T, err)
	b, err = r.service.Begin(r.Ctx, desktest.Mara, b.ID, b.Shown())
	callbackstest.Must(r.T, err)
	return b
}

func (r *rig) runs(w *batch.Worker) {
	r.T.Helper()
	callbackstest.Must(r.T, w.RunOnce(r.Ctx))
}

// became reads a batch and returns the results in its order.
func (r *rig) became(id callbacks.ID) (batch.Batch, []batch.Result) {
	r.T.Helper()
	b, err := r.service.Batch(r.Ctx, desktest.Mara, id)
	callbackstest.Must(r.T, err)
	var results []batch.Result
	for i := range b.Items {
		results = append(results, b.Items[i].Result)
	}
	return b, results
}

func (r *rig) want(id callbacks.ID, want ...batch.Result) batch.Batch {
	r.T.Helper()
	b, got := r.became(id)
	if !slices.Equal(got, want) {
		r.T.Errorf("results %q, want %q", got, want)
	}
	return b
}

func TestDecidesEach(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ids := r.several(3)
	slices.Reverse(ids)
	b := r.begins(r.selects(ids...), ids...)
	if r.woken != 1 || b.Items[0].Callback != ids[2] || b.Items[2].Callback != ids[0] {
		t.Errorf("woken %d times; the nearest deadline does not come first: %v", r.woken, b.Items)
	}
	r.runs(r.worker)
	if b := r.want(b.ID, batch.Signed, batch.Signed, batch.Signed); !b.Ended() {
		t.Error("it has not ended")
	}
	for _, id := range ids {
		d := r.Get(id).Decision
		if d == nil || d.Batch != b.ID || d.Comment != "As agreed" || d.By.ID != desktest.Mara.ID || d.Outcome != callbacks.OutcomeApprove {
			t.Fatalf("%s has the decision %+v", id, d)
		}
		entries, err := r.Store.Audit(r.Ctx, desk.AuditQuery{Callback: id, Action: callbacks.ActionDecided, Limit: 1})
		if err != nil || len(entries) != 1 || entries[0].Facts.Decision.Batch != b.ID {
			t.Errorf("the audit does not name the batch: %+v, %v", entries, err)
		}
	}
	r.runs(r.worker)
	if _, err := r.service.Begin(r.Ctx, desktest.Mara, b.ID, b.Shown()); !errors.Is(err, batch.ErrBegun) {
		t.Errorf("a second press: %v", err)
	}
	entries, err := r.Store.Audit(r.Ctx, desk.AuditQuery{Action: callbacks.ActionBatchBegun, Limit: 5})
	if err != nil || len(entries) != 1 || entries[0].Actor.ID != desktest.Mara.ID || r.decided.Load() != 3 {
		t.Errorf("%d entries of its begin, %v; %d counted", len(entries), err, r.decided.Load())
	}
}

func TestLeftOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	outcomes := func(o ...callbacks.Outcome) func(*announcement.Announcement) {
		return func(a *announcement.Announcement) { a.Outcomes = o }
	}
	canary := callbacks.Outcome{Name: "canary", Label: "Canary", Kind: callbacks.Success, Payload: []byte(`{"share":5}`)}
	whole := callbacks.Outcome{Name: "whole", Label: "Everywhere", Kind: callbacks.Success, Payload: []byte(`{"share":100}`)}
	cancel := callbacks.Outcome{Name: "cancel", Label: "Cancel", Kind: callbacks.Failure, ErrorType: "Cancelled"}
	want := map[callbacks.ID]batch.Out{
		r.ask(1, nil): "",
		r.ask(2, func(a *announcement.Announcement) { a.Timeout = 59 * time.Second }):                                        batch.OutSoon,
		r.ask(3, func(a *announcement.Announcement) { a.Queue = "large" }):                                                   batch.OutSignatures,
		r.ask(4, outcomes(canary, whole, cancel)):                                                                            batch.OutSeveral,
		r.ask(5, outcomes(cancel)):                                                                                           batch.OutNone,
		r.ask(6, func(a *announcement.Announcement) { a.Requester = "mara <mara@harborline.example>" }):                      batch.OutRefused,
		r.ask(7, func(a *announcement.Announcement) { a.Queue = "legal" }):                                                   "",
		r.ask(8, outcomes(callbacks.Outcome{Name: "a", Label: "A", Kind: callbacks.Success, Payload: []byte(`{}`)}, cancel)): "",
	}
	decided, held := r.ask(9, nil), r.ask(10, nil)
	r.MustDecide(desktest.Dana, decided, callbacks.OutcomeReject, "No.")
	_, err := r.Service.OpenReview(r.Ctx, desktest.Dana, held, callbacks.SignOfLife{})
	callbackstest.Must(t, err)
	want[decided], want[held] = batch.OutEnded, batch.OutHeld
	foreign := r.ask(11, func(a *announcement.Announcement) { a.Queue = callbacks.DefaultQueue })

	var ids []callbacks.ID
	for id := range want {
		ids = append(ids, id)
	}
	b := r.selects(append(ids, foreign, ids[0])...)
	all, err := r.service.Candidates(r.Ctx, desktest.Mara, &b)
	callbackstest.Must(t, err)
	if len(all) != len(want) {
		t.Errorf("%d candidates, want %d", len(all), len(want))
	}
	for i := range all {
		c := &all[i]
		if out, ok := want[c.Callback.ID]; !ok || c.Out != out {
			t.Errorf("%s is out because %q, want %q", c.Callback.Title, c.Out, out)
		}
		if (c.Out == batch.OutRefused) != (c.Why != "") {
			t.Errorf("%s: %q", c.Callback.Title, c.Why)
		}
	}
}

func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ids := r.several(4)
	c := callbackstest.NewCallback(callbackstest.Queue("legal"), callbackstest.ReceivedAt(r.Clock.Now()), callbackstest.Timeout(3*time.Hour))
	c.Source, c.Title, c.Requester = callbacks.SourceDiscovery, "", callbacks.Requester{}
	_, err := r.Store.Receive(r.Ctx, callbacks.Message{}, c, callbacks.Content{}, callbacks.Unannounced, desktest.Queues.Bind, c.Discovered(callbacks.System("discovery")))
	callbackstest.Must(t, err)
	found := c.ID
	b := r.selects(append(ids, found)...)
	r.ask(5, func(a *announcement.Announcement) {
		a.CallbackID, a.ExecutionARN, a.Queue, a.Timeout = string(c.CallbackID), c.ExecutionARN, "legal", 3*time.Hour
	})
	r.MustDecide(desktest.Dana, ids[0], callbacks.OutcomeApprove, "")
	all, err := r.service.Candidates(r.Ctx, desktest.Mara, &b)
	callbackstest.Must(t, err)
	if last := all[len(all)-1]; last.Callback.ID != found || last.Out != batch.OutChanged {
		t.Errorf("announced meanwhile: %q", last.Out)
	}
	b = r.begins(b, append(ids, found)...)
	r.MustDecide(desktest.Dana, ids[1], callbacks.OutcomeReject, "No.") // after the press
	r.runs(r.worker)
	r.want(b.ID, batch.Overtaken, batch.Signed, batch.Signed) // what was gone before is not in it
}

// TestCorrectedMeanwhile: a request that comes from elsewhere than the page said is named and not sent.
func TestCorrectedMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ids := r.several(3)
	b := r.selects(ids...)
	elsewhere := func(s *callbacks.Sighting) { s.Function = "refund" }
	storetest.Correct(t, r.Store, ids[0], elsewhere)
	all, err := r.service.Candidates(r.Ctx, desktest.Mara, &b)
	callbackstest.Must(t, err)
	if all[0].Callback.ID != ids[0] || all[0].Out != batch.OutChanged {
		t.Errorf("corrected before the press: %q", all[0].Out)
	}
	b = r.begins(b, ids...)
	storetest.Correct(t, r.Store, ids[1], elsewhere) // after the press
	r.runs(r.worker)
	r.want(b.ID, batch.Changed, batch.Signed) // what was named before is not in it
	if r.Get(ids[0]).Decision != nil || r.Get(ids[1]).Decision != nil {
		t.Error("a request from elsewhere was decided")
	}
}

// TestOtherThanShown: what is confirmed is what was shown last.
func TestOtherThanShown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ids := r.several(2)
	first, _, err := r.service.Arm(r.Ctx, desktest.Mara, r.selects(ids...).ID, ids, "")
	callbackstest.Must(t, err)
	r.Clock.Advance(time.Second)
	second, _, err := r.service.Arm(r.Ctx, desktest.Mara, first.ID, ids[:1], "Only one")
	callbackstest.Must(t, err)
	for name, shown := range map[string]string{"nothing": "", "the first": first.Shown()} {
		if _, err := r.service.Begin(r.Ctx, desktest.Mara, first.ID, shown); !errors.Is(err, batch.ErrOther) {
			t.Errorf("%s: %v", name, err)
		}
	}
	begun, err := r.service.Begin(r.Ctx, desktest.Mara, first.ID, second.Shown())
	if err != nil || len(begun.Items) != 1 || begun.Comment != "Only one" {
		t.Errorf("%+v, %v", begun, err)
	}
	if _, err := r.service.Begin(r.Ctx, desktest.Mara, r.selects(ids...).ID, ""); !errors.Is(err, batch.ErrOther) {
		t.Errorf("without a first press: %v", err)
	}
}

// TestRolesOfNow: somebody who is no reviewer any more signs nothing more.
func TestRolesOfNow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ids := r.several(2)
	b := r.begins(r.selects(ids...), ids...)
	r.roles = callbacks.Roles{}
	r.runs(r.worker)
	r.want(b.ID, batch.Refused, batch.Refused)
}

func TestOnlyWhatIsIncluded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ids := r.several(3)
	b := r.begins(r.selects(ids...), ids[1])
	r.runs(r.worker)
	r.want(b.ID, batch.Signed)
	if r.Get(ids[0]).Decision != nil || r.Get(ids[1]).Decision == nil {
		t.Error("another one was decided than the one that was included")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ids := r.several(2)
	b := r.selects(ids...)
	begin := func(by callbacks.Person, included []callbacks.ID, comment string) error {
		_, _, err := r.service.Arm(r.Ctx, by, b.ID, included, comment)
		return err
	}
	if err := begin(desktest.Dana, ids, ""); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("somebody else's selection: %v", err)
	}
	if err := begin(desktest.Mara, nil, ""); !errors.Is(err, batch.ErrEmpty) {
		t.Errorf("nothing is included: %v", err)
	}
	if _, tooLong := errors.AsType[fault.List](begin(desktest.Mara, ids, strings.Repeat("x", callbacks.MaxCommentRunes+1))); !tooLong {
		t.Error("a comment that is too long passes")
	}
	r.Clock.Advance(batch.SelectionAge + time.Second)
	if err := begin(desktest.Mara, ids, ""); !errors.Is(err, batch.ErrOld) {
		t.Errorf("an old selection: %v", err)
	}
	_, err := r.service.Select(r.Ctx, desktest.Mara, make([]callbacks.ID, batch.MaxItems+1), callbacks.For, "")
	if !errors.Is(err, batch.ErrTooMany) {
		t.Errorf("too many: %v", err)
	}
	if _, err = r.service.Select(r.Ctx, desktest.Teo, ids, callbacks.For, ""); !errors.Is(err, batch.ErrEmpty) {
		t.Errorf("nothing that he may see: %v", err)
	}
	reject, err := r.service.Select(r.Ctx, desktest.Mara, ids, callbacks.Against, "")
	callbackstest.Must(t, err)
	if _, _, err = r.service.Arm(r.Ctx, desktest.Mara, reject.ID, ids, " "); err == nil {
		t.Error("a rejection passes without a comment")
	}
	if ids := r.Get(ids[0]); ids.Decision != nil {
		t.Error("something was decided")
	}
}
