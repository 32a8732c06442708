package announcement

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

// announced is an announcement with every field.
func announced() Announcement {
	return Announcement{
		CallbackID: "YWJj/+A=", Title: "Expense report", Description: "**Why**", Requester: "Ines <ines@harborline.example>", RequesterID: "u-ines",
		Payload: json.RawMessage(`{"amount":7}`), Function: "expense-approval", ExecutionARN: "arn:aws:lambda:eu-central-1:1:function:f:1/x",
		Name: "sign", StartedAt: time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC), Timeout: time.Hour, HeartbeatTimeout: time.Minute,
		ExecutionDeadline: time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC), Queue: "finance",
		Links: []callbacks.Link{{Title: "Receipt", URL: "https://receipts.harborline.example/1"}}, Tags: []string{"travel"}, Masked: []string{"/amount"},
		Outcomes: []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success, Payload: json.RawMessage(`{}`)}}, KeepAlive: callbacks.KeepAliveReview,
		Forms: map[string]Form{"approve": {Schema: json.RawMessage(`{"type":"integer"}`), Value: json.RawMessage(`1`)}}, Group: "travel 2026",
	}
}

// TestFingerprint pins what tells two announcements of one callback apart: each field, and the very
// value, which is stored. A new value would make every sender's retry a conflict.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		a    Announcement
		want string
	}{
		"Nothing":    {Announcement{}, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
		"OneField":   {Announcement{CallbackID: "YWJj/+A="}, "57c34eac2030814dd00444ce3f71a91f53006e6916aca150f88b555258387f35"},
		"Everything": {announced(), "ea1a376f59d737491108ec179c214408d84524dd0eb471822d845c1b5d9f4562"},
	} {
		if got := tt.a.Fingerprint(); got != tt.want {
			t.Errorf("%s has the fingerprint %s, want %s", name, got, tt.want)
		}
	}

	changes := map[string]func(*Announcement){
		"CallbackID":        func(a *Announcement) { a.CallbackID = "YWJj/+B=" },
		"Masked":            func(a *Announcement) { a.Masked = []string{"/amount", "/iban"} },
		"Title":             func(a *Announcement) { a.Title += " " },
		"Description":       func(a *Announcement) { a.Description += "\n" },
		"Requester":         func(a *Announcement) { a.Requester = "ines@harborline.example" },
		"RequesterID":       func(a *Announcement) { a.RequesterID = "u-Ines" },
		"Payload":           func(a *Announcement) { a.Payload = json.RawMessage(`{"amount":8}`) },
		"Function":          func(a *Announcement) { a.Function = "another" },
		"ExecutionARN":      func(a *Announcement) { a.ExecutionARN += "y" },
		"Name":              func(a *Announcement) { a.Name = "Sign" },
		"StartedAt":         func(a *Announcement) { a.StartedAt = a.StartedAt.Add(time.Millisecond) },
		"Timeout":           func(a *Announcement) { a.Timeout += time.Second },
		"HeartbeatTimeout":  func(a *Announcement) { a.HeartbeatTimeout += time.Second },
		"ExecutionDeadline": func(a *Announcement) { a.ExecutionDeadline = a.ExecutionDeadline.Add(time.Second) },
		"Queue":             func(a *Announcement) { a.Queue = "others" },
		"Links": func(a *Announcement) {
			a.Links = []callbacks.Link{{Title: "Receipt", URL: "https://receipts.harborline.example/2"}}
		},
		"Tags": func(a *Announcement) { a.Tags = []string{"travel", ""} },
		"Outcomes": func(a *Announcement) {
			a.Outcomes = append(a.Outcomes, callbacks.Outcome{Name: "reject", Kind: callbacks.Failure})
		},
		"Forms": func(a *Announcement) {
			a.Forms = map[string]Form{"approve": {Schema: json.RawMessage(`{"type":"integer"}`), Value: json.RawMessage(`2`)}}
		},
		"Group":     func(a *Announcement) { a.Group = "travel 2027" },
		"KeepAlive": func(a *Announcement) { a.KeepAlive = callbacks.KeepAliveQueued },
	}
	seen := map[string]string{announced().Fingerprint(): "what was announced"}
	for field := range reflect.TypeFor[Announcement]().Fields() {
		change, ok := changes[field.Name]
		if !ok {
			t.Errorf("field %s has no row here: say how a change of it is seen", field.Name)
			continue
		}
		a := announced()
		if reflect.ValueOf(a).FieldByIndex(field.Index).IsZero() {
			t.Errorf("field %s is empty in what was announced", field.Name)
		}
		change(&a)
		if same, ok := seen[a.Fingerprint()]; ok {
			t.Errorf("another %s has the fingerprint of %s", field.Name, same)
		}
		seen[a.Fingerprint()] = "another " + field.Name
		a = announced()
		reflect.ValueOf(&a).Elem().FieldByIndex(field.Index).SetZero()
		if same, ok := seen[a.Fingerprint()]; ok {
			t.Errorf("without %s it has the fingerprint of %s", field.Name, same)
		}
	}
}

// TestFingerprint_AsSent: white space in JSON means nothing, and what was not sent is no part of
// it, so that a new field changes none.
func TestFingerprint_AsSent(t *testing.T) {
	t.Parallel()
	a := announcement(func(a *Announcement) { a.Payload = json.RawMessage(`{"total": 1}`) })
	if a.Fingerprint() != announcement(func(a *Announcement) { a.Payload = json.RawMessage(`{"total":1}`) }).Fingerprint() {
		t.Error("white space in the payload makes another announcement")
	}
	if a.Fingerprint() == announcement(func(a *Announcement) { a.Payload = json.RawMessage(`{"total":2}`) }).Fingerprint() {
		t.Error("another payload has the same fingerprint")
	}
	if got, want := (Announcement{CallbackID: "YWJj"}).Fingerprint(), fmt.Sprintf("%x", sha256.Sum256([]byte(`{"callbackId":"YWJj"}`))); got != want {
		t.Error("what was not sent is part of the fingerprint, so that a new field would change all")
	}
}

// TestFingerprint_Parts: the parts of an outcome and of a link are told apart as well.
func TestFingerprint_Parts(t *testing.T) {
	t.Parallel()
	parts(t, func(a *Announcement) *callbacks.Outcome { return &a.Outcomes[0] }, "Form", "Stamps", "Secret")
	parts(t, func(a *Announcement) *callbacks.Link { return &a.Links[0] })
}

// parts changes each field of a part by reflection, but for those that no sender sends.
func parts[T any](t *testing.T, part func(*Announcement) *T, notSent ...string) {
	t.Helper()
	for field := range reflect.TypeFor[T]().Fields() {
		if slices.Contains(notSent, field.Name) {
			continue
		}
		a := announced()
		v := reflect.ValueOf(part(&a)).Elem().FieldByIndex(field.Index)
		switch v.Kind() {
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Slice: // of bytes: a JSON document
			v.SetBytes([]byte(`{"changed":true}`))
		default:
			t.Errorf("%s.%s is of a kind that is not changed here", reflect.TypeFor[T](), field.Name)
		}
		if a.Fingerprint() == announced().Fingerprint() {
			t.Errorf("another %s.%s has the same fingerprint", reflect.TypeFor[T](), field.Name)
		}
	}
}
