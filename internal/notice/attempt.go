package notice

import (
	"context"
	"errors"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/worker"
)

// Times of attempts.
const (
	// givesUp is how long a message is tried at most, if it is no webhook.
	givesUp = 24 * time.Hour
	// eventsGiveUp is how long a webhook is tried before it is switched off.
	eventsGiveUp = 5 * 24 * time.Hour
)

// eventPauses are the pauses between attempts at a webhook. The last one repeats.
var eventPauses = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// deliver draws a message, makes one attempt if there is something new to say, and records the
// result.
func (w *Worker) deliver(ctx context.Context, setup *Setup, circle *Circle, work Work) {
	defer func() {
		if w.slots.Release(work.Channel) {
			w.wake.Ring()
		}
	}()
	r, err := w.attempt(ctx, setup, circle, &work)
	if err != nil {
		w.Log.ErrorContext(ctx, "a message was not drawn; it is tried again", "message", work.ID, "error", err)
		r = Result{DueAt: w.Now().Add(worker.Backoff(work.Tries, 0, 0, w.Jitter()))}
	}
	ctx, cancel := worker.Outlive(ctx, worker.StopWrites, finishTimeout)
	defer cancel()
	switch err := w.Store.Finish(ctx, work, r, w.Now()); {
	case errors.Is(err, callbacks.ErrLeaseLost):
		w.Log.WarnContext(ctx, "another worker took over the message", "message", work.ID)
	case err != nil:
		w.Log.ErrorContext(ctx, "what became of a message was not recorded; it may be sent again as the same message", "message", work.ID, "error", err)
	}
	if !r.DueAt.IsZero() || r.Told != "" {
		w.wake.Ring()
	}
}

// attempt tells a place what is new.
func (w *Worker) attempt(ctx context.Context, setup *Setup, circle *Circle, work *Work) (Result, error) {
	now := w.Now()
	if p := w.pauseOf(work.Target, now); p != nil {
		return held(p), nil
	}
	all := make(map[callbacks.ID]*considered, len(work.Notices))
	for _, n := range work.Notices {
		s, err := w.consider(ctx, circle, n.Callback, now)
		if err != nil {
			return Result{}, err
		}
		all[n.Callback] = s
	}
	d := circle.draw(work, all, setup.House, now)
	r := Result{Drop: d.drop, DueAt: d.later}
	if len(d.Message.Items) == 0 && d.Message.Kind != NotYours || !d.later.IsZero() {
		return r, nil
	}
	style := circle.Styles[work.Channel]
	told := state(style, &d.Message)
	same := told == work.Told && (!work.Again || style == Event) // what may have arrived since is taken back
	if same || silent(style, work, &d.Message) {
		return r, nil
	}
	d.Message.State = stateID(work, told)
	handle, fault := w.send(ctx, setup.Channels[work.Channel], Envelope{To: work.Place, Handle: work.Handle, Again: work.Again, Message: d.Message})
	w.Attempted(work.Channel, fault)
	if fault == nil {
		r.Told, r.Handle = told, handle
		return r, nil
	}
	w.Log.WarnContext(ctx, "a message was not taken", "channel", work.Channel, "message", work.ID, "try", work.Tries, "fault", fault)
	r.Fault = fault
	r.DueAt = w.again(ctx, style, work, &d.Message, fault)
	return r, nil
}

// held is what becomes of a message whose place is paused. A fault behind the pause is also why
// this one is not told.
func held(p *Pause) Result {
	r := Result{DueAt: p.Until}
	if p.Until.Equal(ForGood) {
		r.DueAt = time.Time{}
	}
	if p.Code != "" {
		r.Fault = &Fault{Code: p.Code, Words: p.Words}
	}
	return r
}

// send makes one call. It is not cut off at once by a stop, because what it did would not be known.
func (w *Worker) send(ctx context.Context, channel Channel, e Envelope) (Handle, *Fault) {
	ctx, cancel := worker.Outlive(ctx, worker.StopCalls, callTimeout)
	defer cancel()
	handle, err := channel.Deliver(ctx, e)
	if err == nil {
		return handle, nil
	}
	if known, ok := errors.AsType[*Fault](err); ok {
		return "", known
	}
	return "", &Fault{Code: Unanswered, Err: err} // what is not known may have arrived
}

// again says when a message is tried again after a fault, and stops its place or its channel where
// another attempt would be in vain. Zero is never, unless the message changes.
func (w *Worker) again(ctx context.Context, style Style, work *Work, m *Message, f *Fault) time.Time {
	now := w.Now()
	switch {
	case f.Code == NoPlace:
		w.off(ctx, work, f)
		return time.Time{}
	case style == Event: // a program that refuses today may be mended tomorrow
		if now.Sub(work.FirstAt) >= eventsGiveUp {
			w.off(ctx, work, f)
			return time.Time{}
		}
		pause := eventPauses[min(work.Tries-1, len(eventPauses)-1)]
		return now.Add(max(pause, f.RetryAfter))
	}
	switch f.Code {
	case Refused, NoMessage:
		return time.Time{}
	case Denied:
		until := now.Add(channelPause)
		p := Pause{Channel: work.Channel, Place: place(work), At: now, Until: until, Code: f.Code, Words: f.Words}
		if f.Here {
			p.Place, p.Person = work.Place, work.Person
		}
		w.pause(ctx, p)
		return until
	case Busy:
		if f.RetryAfter > 0 && place(work) == "" {
			w.rest(work.Channel, now.Add(f.RetryAfter))
		}
	case Unreachable, Unanswered, NoPlace:
	}
	if over := m.Expires; now.Sub(work.FirstAt) >= givesUp || work.Told == "" && !work.Again && !over.IsZero() && !now.Before(over) {
		return time.Time{}
	}
	return now.Add(worker.Backoff(work.Tries, f.RetryAfter, 0, w.Jitter()))
}

// place is what a pause stops: one place where the operator names each, or all of another channel,
// whose places share their credentials.
func place(work *Work) string {
	if OwnPlaces(work.Channel) {
		return work.Place
	}
	return ""
}

// off switches a place off. An operator has to see to it, or the person whose place it is: an
// account in Slack that is gone is theirs no more, and another one can be linked.
func (w *Worker) off(ctx context.Context, work *Work, f *Fault) {
	now := w.Now()
	w.Log.WarnContext(ctx, "a place gets no messages any more", "channel", work.Channel, "fault", f)
	if work.Channel == Slack && work.Person != "" {
		linked, err := w.Preferences.Linked(ctx, Slack, work.Person)
		if err == nil && linked.Account == work.Place { // they may have linked another one since
			err = w.Preferences.Unlink(ctx, Slack, work.Person, worksAs, now)
		}
		if err != nil && !errors.Is(err, callbacks.ErrNotFound) {
			w.Log.ErrorContext(ctx, "an account that is gone was not unlinked; the next attempt does it", "error", err)
		}
		w.Forget()
		return
	}
	if work.Channel == Push { // a browser that is deleted needs no pause
		if err := w.Preferences.Unsubscribe(ctx, work.Place, worksAs, now); err != nil {
			w.Log.ErrorContext(ctx, "a browser that is gone was not deleted", "error", err)
		}
		return
	}
	w.pause(ctx, Pause{Channel: work.Channel, Place: work.Place, Person: work.Person, At: now, Until: ForGood, Code: f.Code, Words: f.Words})
}
