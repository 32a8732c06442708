package storetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/form"
	"countersign/internal/template"
)

func testReceive(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"KeepsEveryField":        receiveKeepsEveryField,
		"KeepsContent":           receiveKeepsContent,
		"KeepsOutcomes":          receiveKeepsOutcomes,
		"TimesToTheMillisecond":  receiveTruncatesTimes,
		"RepeatChangesNothing":   receiveRepeat,
		"OtherContentIsRefused":  receiveDifferent,
		"FiftyAtOnceGiveOne":     receiveFiftyAtOnce,
		"SeveralAtOnce":          receiveSeveralAtOnce,
		"ForeignTextIsKeptAsIs":  receiveForeignText,
		"WhatTextCannotHold":     receiveUnstorableText,
		"RepeatShowsNewestState": receiveAfterDecision,
	})
}

func receiveKeepsEveryField(t *testing.T, s Store) {
	want := callbackstest.NewCallback(callbackstest.Heartbeats(5*time.Minute, callbackstest.T0.Add(time.Minute)))
	want.Clocks.ExecutionDeadline = callbackstest.T0.Add(24 * time.Hour)
	want.Clocks.LastHeartbeatAt = callbackstest.T0.Add(30 * time.Second)
	want.HeldUntil = callbackstest.T0.Add(10 * time.Second)
	want.Heartbeats, want.Revision = 3, 2
	want.KeepAlive = callbacks.KeepAliveQueued

	r := Receive(t, s, callbacks.Message{}, want)
	if !r.Created || r.Repeated {
		t.Errorf("receipt says created %t, repeated %t; want a first time", r.Created, r.Repeated)
	}
	callbackstest.Same(t, "receipt and announcement", r.Callback, want)
	callbackstest.Same(t, "stored and announced callback", Get(t, s, want.ID), want)
	entries := Audit(t, s, desk.AuditQuery{Callback: want.ID})
	if len(entries) != 1 || entries[0].Seq == 0 {
		t.Fatalf("audit holds %+v, want one numbered entry", entries)
	}
	entry := callbackstest.Entry(want, callbacks.ActionReceived, want.ReceivedAt)
	entry.Seq = entries[0].Seq
	callbackstest.Same(t, "audit entries", entries[0], entry)
}

func receiveKeepsContent(t *testing.T, s Store) {
	for name, want := range map[string]callbacks.Content{
		"Nothing": {},
		"All": {
			Description: "# Order\n\nwith *emphasis*", Payload: []byte(`{ "amount": 12400.00, "note": "<b>\u0000" }`),
			Links: []callbacks.Link{{Title: "Order", URL: "https://example.com/4711"}, {URL: "https://example.com/?a=1&b=2"}},
			Tags:  []string{"finance", "über 10k"}, Masked: []string{"/note", "/a~1b/*"},
		},
		"Unread":   {InputUnread: true},
		"Encoded":  {Payload: []byte(`"c2VhbGVk"`), Encoded: true},
		"Template": {Payload: []byte(`1`), Template: &callbacks.TemplateUse{}},
		"LeftOut": {Template: &callbacks.TemplateUse{Payload: true, LeftOut: []callbacks.LeftOut{
			{Field: "title", Why: "there is no input/customer"}, {Field: "payload/terms", Why: "<>"},
		}}},
		"Forms": {Forms: callbacks.Forms{
			"approve": {Schema: `{ "type": "integer", "title": "<é>" }`, Value: ` 1e2`}, "later": {Schema: `true`},
		}},
		"NotText": {Description: "a\x00b", Payload: []byte("\"\xff\x00\"")},
		"Large":   {Payload: bytes.Repeat([]byte("x"), 1<<20)},
	} {
		c := callbackstest.NewCallback()
		if _, err := s.Receive(t.Context(), callbacks.Message{}, c, want, "f", callbacks.Queues{}.Bind, callbacks.AuditEntry{}); err != nil {
			t.Fatalf("%s: receive: %v", name, err)
		}
		got, err := s.Content(t.Context(), c.ID)
		if err != nil {
			t.Fatalf("%s: content: %v", name, err)
		}
		callbackstest.Same(t, name+" contents", got, want)
	}
}

func receiveKeepsOutcomes(t *testing.T, s Store) {
	for name, want := range map[string][]callbacks.Outcome{
		"Form": {{
			Name: "approve", Label: "Approve", Kind: callbacks.Success, Comment: callbacks.CommentOptional, Encoding: callbacks.EncodingJSON,
			Payload: []byte(template.Answer), Form: true, Stamps: []form.Stamped{{Pointer: "/by", Stamp: form.StampEmail}}, Secret: true,
		}},
		"Default":        callbacks.DefaultOutcomes(callbacks.Failure),
		"RejectSucceeds": callbacks.DefaultOutcomes(callbacks.Success),
		"Own": {
			{Name: "yes", Label: "Yes <please>", Kind: callbacks.Success, Comment: callbacks.CommentNone, Encoding: callbacks.EncodingText,
				Payload: json.RawMessage("\"{{comment}}\"")},
			{Name: "no", Label: "No", Kind: callbacks.Failure, Comment: callbacks.CommentRequired, ErrorType: "No",
				ErrorMessage: "{{comment}} & more", ErrorData: json.RawMessage(`{ "b": 1,  "a": "<>" }`)},
			{Name: "later", Label: "Later", Kind: callbacks.Success, Stated: callbacks.Against, Comment: callbacks.CommentOptional,
				Encoding: callbacks.EncodingJSON, Payload: json.RawMessage(`null`)},
		},
		"OneOfTheDefaults": callbacks.DefaultOutcomes(callbacks.Failure)[:1],
	} {
		c := callbackstest.NewCallback()
		c.Outcomes = want
		Receive(t, s, callbacks.Message{}, c)
		callbackstest.Same(t, name+" outcomes", Get(t, s, c.ID).Outcomes, want)
	}
}

func receiveTruncatesTimes(t *testing.T, s Store) {
	at := callbackstest.T0.Add(1_234_567 * time.Nanosecond)
	c := callbackstest.NewCallback(callbackstest.ReceivedAt(at.In(time.FixedZone("east", 7200))), callbackstest.Timeout(1500*time.Millisecond))
	r := Receive(t, s, callbacks.Message{}, c)
	stored := Get(t, s, c.ID)
	callbackstest.Same(t, "receipt and stored callback", r.Callback, stored)
	callbackstest.Same(t, "time of arrival", stored.ReceivedAt, callbackstest.T0.Add(time.Millisecond))
	// A clock counts whole seconds; it must not shrink, least of all to none.
	callbackstest.Same(t, "timeout", stored.Clocks.Timeout, 2*time.Second)
}

func receiveRepeat(t *testing.T, s Store) {
	first := Put(t, s, callbackstest.NewCallback())
	again := callbackstest.NewCallback(callbackstest.Title("The same token in a second announcement"))
	again.CallbackID = first.CallbackID
	r := Receive(t, s, callbacks.Message{}, again)
	if r.Created || r.Repeated {
		t.Errorf("receipt says created %t, repeated %t; want a known callback in a new message", r.Created, r.Repeated)
	}
	callbackstest.Same(t, "receipt and first callback", r.Callback, first)
	if _, err := s.Get(t.Context(), again.ID); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("get of the repeat's own ID gives %v, want ErrNotFound", err)
	}
	callbackstest.Same(t, "actions", AuditOf(t, s, first.ID), []callbacks.Action{callbacks.ActionReceived})
	callbackstest.Same(t, "actions of the repeat", AuditOf(t, s, again.ID), nil)
}

func receiveDifferent(t *testing.T, s Store) {
	first := Put(t, s, callbackstest.NewCallback())
	other := callbackstest.NewCallback()
	other.CallbackID = first.CallbackID
	message := callbacks.Message{Source: "shop", ID: "m1", At: callbackstest.T0}
	_, err := s.Receive(t.Context(), message, other, callbacks.Content{}, "another fingerprint", callbacks.Queues{}.Bind, callbackstest.Entry(other, callbacks.ActionReceived, callbackstest.T0))
	if !errors.Is(err, callbacks.ErrDifferent) {
		t.Fatalf("got %v, want ErrDifferent", err)
	}
	callbackstest.Same(t, "stored and first callback", Get(t, s, first.ID), first)
	callbackstest.Same(t, "actions of the refused one", AuditOf(t, s, other.ID), nil)
	if r := Receive(t, s, message, callbackstest.NewCallback()); !r.Created || r.Repeated {
		t.Error("the refused message was remembered: a corrected one under its ID is not taken")
	}
}

func receiveFiftyAtOnce(t *testing.T, s Store) {
	const n = 50
	token := callbackstest.NewCallbackID()
	receipts := make([]callbacks.Acknowledgment, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			c := callbackstest.NewCallback()
			c.CallbackID = token
			r, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "f", callbacks.Queues{}.Bind, callbackstest.Entry(c, callbacks.ActionReceived, callbackstest.T0))
			if err != nil {
				t.Errorf("receive: %v", err)
			}
			receipts[i] = r
		})
	}
	all.Wait()
	created := 0
	for _, r := range receipts {
		if r.Created {
			created++
		}
		if r.Callback.ID != receipts[0].Callback.ID {
			t.Errorf("receipts name %s and %s, want one callback", r.Callback.ID, receipts[0].Callback.ID)
		}
	}
	if created != 1 {
		t.Errorf("%d receipts say created, want 1", created)
	}
	if entries := Audit(t, s, desk.AuditQuery{}); len(entries) != 1 {
		t.Errorf("audit holds %d entries, want 1", len(entries))
	}
}

// receiveSeveralAtOnce mixes announcements that are refused with others: announcements written
// together do not affect each other.
func receiveSeveralAtOnce(t *testing.T, s Store) {
	const n = 40
	known := Put(t, s, callbackstest.NewCallback())
	ids := make([]callbacks.ID, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			c := callbackstest.NewCallback()
			ids[i] = c.ID
			var want error
			if i%4 == 0 {
				c.CallbackID, want = known.CallbackID, callbacks.ErrDifferent
			}
			_, err := s.Receive(t.Context(), callbacks.Message{}, c, callbacks.Content{}, "of "+string(c.ID), callbacks.Queues{}.Bind, callbackstest.Entry(c, callbacks.ActionReceived, callbackstest.T0))
			if !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		})
	}
	all.Wait()
	for i, id := range ids {
		_, err := s.Get(t.Context(), id)
		if refused := i%4 == 0; refused != errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("get of announcement %d, refused %t, gives %v", i, refused, err)
		}
	}
}

func receiveForeignText(t *testing.T, s Store) {
	want := callbackstest.NewCallback(callbackstest.Title(`'); drop table callbacks; -- ? $1 "x" \ %s <script> 漢字 👍`), callbackstest.Function(`o'?"\`), callbackstest.Queue(`q'?1`))
	want.Requester = callbacks.Requester{Name: `O'Hara ?`, Email: `"'"@example.com`}
	Receive(t, s, callbacks.Message{Source: "'?", ID: "'?"}, want)
	callbackstest.Same(t, "stored and announced callback", Get(t, s, want.ID), want)
	page, err := s.List(t.Context(), desk.Query{Filter: desk.Filter{
		Scope: desk.ScopeAvailable, Function: want.Function, Queue: want.Queue, Search: want.Title, Limit: 10,
	}, Queues: []string{want.Queue}, Now: callbackstest.T0})
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("list gives %d rows and %v, want the callback", len(page.Rows), err)
	}
}

func receiveUnstorableText(t *testing.T, s Store) {
	c := callbackstest.NewCallback(callbackstest.Title("a\x00b\xffc"))
	Receive(t, s, callbacks.Message{Source: "shop", ID: "m\x00"}, c)
	callbackstest.Same(t, "title", Get(t, s, c.ID).Title, "a\uFFFDb\uFFFDc")
	if r := Receive(t, s, callbacks.Message{Source: "shop", ID: "m\x00"}, c); !r.Repeated {
		t.Error("the message is not known when it comes again")
	}
	for name, ask := range map[string]desk.Filter{
		"Function": {Function: "x\x00"}, "Queue": {Queue: "x\x00"}, "Search": {Search: "x\x00y\xff"},
	} {
		ask.Scope, ask.Limit = desk.ScopeAll, 10
		if _, err := s.List(t.Context(), desk.Query{Filter: ask, AllQueues: true, Now: callbackstest.T0}); err != nil {
			t.Errorf("%s with NUL: %v", name, err)
		}
	}
	if _, err := s.Get(t.Context(), "x\x00"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("get gives %v, want ErrNotFound", err)
	}
}

func receiveAfterDecision(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	decided := Decide(t, s, c.ID, callbackstest.T0)
	if !strings.Contains(decided.Decision.Comment, "\n") {
		t.Error("the comment lost its line end")
	}
	callbackstest.Same(t, "receipt of a repeat and decided callback", Receive(t, s, callbacks.Message{}, c).Callback, decided)
}
