package desk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/internal/replies"
)

const pinForm = `{"type":"object","required":["pin"],"properties":{
	"pin":{"title":"PIN","type":"string","writeOnly":true,"minLength":4},
	"iban":{"title":"IBAN","type":"string","x-masked":true},
	"note":{"title":"Note","type":"string"}}}`

const pin = "4711-x9"

// hiding announces a request whose form asks for a secret and masks an account.
func hiding(a *announcement.Announcement) {
	withForm("", "")(a)
	a.Forms = map[string]announcement.Form{"approve": {Schema: json.RawMessage(pinForm), Value: json.RawMessage(`{"iban": "DE02-1203"}`)}}
}

// types is the choice of approve with the inputs of its form, as handlers make it.
func types(d *testDesk, p callbacks.Person, id callbacks.ID, fields map[string]string) callbacks.Choice {
	choice := filledIn(fields)
	choice.Fields = d.Service.Seal(p, id, choice.Fields)
	return choice
}

// tells fails if something holds the secret.
func tells(t *testing.T, what string, value any) {
	t.Helper()
	if text := fmt.Sprintf("%+v %q", value, value); strings.Contains(text, pin) {
		t.Errorf("%s tells the secret: %s", what, text)
	}
}

// stored fails if the database has the secret, and returns whether anything sealed is left.
func stored(t *testing.T, d *testDesk, id callbacks.ID) (left bool) {
	t.Helper()
	all, err := d.Store.Signatures(d.Ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	tells(t, "a signature", all)
	for _, s := range all {
		left = left || s.Answer.Sealed != ""
	}
	delivery, err := d.Store.Delivery(d.Ctx, id)
	if err != nil && !errors.Is(err, callbacks.ErrNotFound) {
		t.Fatal(err)
	}
	tells(t, "the delivery", delivery)
	if sealed := delivery.Completion.Sealed; sealed != nil {
		tells(t, "the sealed delivery", *sealed)
		left = left || len(sealed.Box) > 0
	}
	tells(t, "the callback", d.Get(id))
	tells(t, "the audit", storetest.Audit(t, d.Store, desk.AuditQuery{Callback: id}))
	return left
}

// TestSecret: what was typed reaches Lambda, and is nowhere else: in no preview, sheet, record or row.
// Once it has arrived, the box is dropped, and the history is compared by the hash.
func TestSecret(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(hiding)
	choice := types(d, desktest.Mara, c.ID, map[string]string{"/pin#secret": pin, "/note": "n"})
	tells(t, "what handlers keep", choice)
	shown, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(shown.Shown); got != `{"iban": "••••••","pin": "••••••","note": "n"}` || string(shown.Completion.Body()) != got {
		t.Errorf("the preview shows %s and %s", got, shown.Completion.Body())
	}
	tells(t, "the preview's name", shown.Seen)
	if shown.Filling.Changes[0].Kind != form.Replaced && shown.Filling.Changes[1].Kind != form.Replaced {
		t.Errorf("the changes are %+v", shown.Filling.Changes)
	}
	if _, err := d.Choose(desktest.Mara, c.ID, choice); err != nil {
		t.Fatal(err)
	}
	if !stored(t, d, c.ID) {
		t.Error("nothing is sealed before the delivery")
	}
	d.Restart(d.Store)
	d.Deliver()
	sent := d.Lambda.Sent()
	if want := `{"iban": "DE02-1203","pin": "` + pin + `","note": "n"}`; len(sent) != 1 || string(sent[0].Result) != want {
		t.Fatalf("Lambda got %v, want %s", sent, want)
	}
	if stored(t, d, c.ID) {
		t.Error("the box is there after the decision arrived")
	}
	d.Clock.Advance(time.Minute)
	d.Deliver()
	if got := d.WantState(c.ID, callbacks.Completed); got.Ending.Event != 4 || !got.Ending.Proven {
		t.Errorf("the receipt is %+v", got.Ending)
	}
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
	if err != nil || string(sheet.Sent) != string(shown.Shown) {
		t.Errorf("the page shows %s, %v", sheet.Sent, err)
	}
	tells(t, "the sheet", sheet)
	tells(t, "its delivery", *sheet.Delivery)
	if d.Get(c.ID).Decision.SHA256 == sent[0].SHA256() {
		t.Error("the record has a hash by which the secret can be tried out")
	}
}

// TestSecret_Faults: what is wrong with a secret never quotes it, and it need not be typed again.
func TestSecret_Faults(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(hiding)
	short := types(d, desktest.Mara, c.ID, map[string]string{"/pin#secret": "477"})
	_, err := d.Service.Preview(d.Ctx, desktest.Mara, c.ID, short)
	if faults, ok := errors.AsType[fault.List](err); !ok || faults[0].Pointer != "answer/pin" || strings.Contains(faults[0].Detail, "477") {
		t.Errorf("got %v", err)
	}
	others := types(d, desktest.Dana, c.ID, map[string]string{"/pin#secret": pin})
	if _, err := d.Choose(desktest.Mara, c.ID, others); err == nil || !strings.Contains(err.Error(), "type it again") {
		t.Errorf("a box of somebody else: %v", err)
	}
	plain := filledIn(map[string]string{"/pin": pin, "#json": `{"pin":"` + pin + `"}`})
	if _, err := d.Choose(desktest.Mara, c.ID, plain); err == nil || !strings.Contains(err.Error(), "PIN: is missing") {
		t.Errorf("a secret in another input: %v", err)
	}
	if got := d.Service.Seal(callbacks.Person{}, c.ID, form.Posted{"answer:approve/pin#secret": {pin}}); len(got) != 0 {
		t.Errorf("nobody seals %v", got)
	}
}

// TestSecret_NoKey: without a key, an announcement is refused at the field; if the key went away
// later, approving is, and rejecting is not.
func TestSecret_NoKey(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(hiding)
	choice := types(d, desktest.Mara, c.ID, map[string]string{"/pin#secret": pin})
	d.Secrets = nil
	d.Restart(d.Store)
	a := announcement.Announcement{CallbackID: "YWJj", Queue: "finance", Requester: "Ines Calloway <ines@harborline.example>"}
	hiding(&a)
	_, err := d.Service.Receive(d.Ctx, desk.Source{Name: "expenses"}, "", a)
	if faults, ok := errors.AsType[fault.List](err); !ok || faults[0].Pointer != "/outcomes/0/form/properties/pin" || !strings.Contains(faults[0].Detail, "COUNTERSIGN_SECRETS_KEY") {
		t.Errorf("got %v", err)
	}
	if _, err := d.Choose(desktest.Mara, c.ID, choice); err == nil || strings.Contains(err.Error(), pin) {
		t.Errorf("approved without a key: %v", err)
	}
	if typed := types(d, desktest.Mara, c.ID, map[string]string{"/pin#secret": pin}); len(typed.Fields) != 0 {
		t.Errorf("without a key, handlers keep %v", typed.Fields)
	}
	untyped := types(d, desktest.Mara, c.ID, map[string]string{"/pin#secret": pin})
	previews, err := d.Service.PreviewAll(d.Ctx, desktest.Mara, c.ID, untyped, "")
	if err != nil || previews[0].Outcome.Name != "approve" || !strings.Contains(fmt.Sprint(previews[0].Faults), "COUNTERSIGN_SECRETS_KEY") {
		t.Errorf("a secret that was typed without a key: %+v, %v", previews, err)
	}
	d.MustDecide(desktest.Mara, c.ID, "reject", "No.")
}

// TestSecret_PressedTwice: the second press of a button is known as such, although each press seals the
// secret anew. Another secret is another answer.
func TestSecret_PressedTwice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(hiding)
	require(d, c.ID, asks(2))
	sign := func(secret string) error {
		_, err := d.Choose(desktest.Mara, c.ID, types(d, desktest.Mara, c.ID, map[string]string{"/pin#secret": secret}))
		return err
	}
	if err := sign(pin); err != nil {
		t.Fatal(err)
	}
	if err := sign(pin); !errors.Is(err, desk.ErrSignedAlready) {
		t.Errorf("pressed twice: %v", err)
	}
	if err := sign("other-secret"); err != nil {
		t.Errorf("another secret: %v", err)
	}
	if all := must(d.Store.Signatures(d.Ctx, c.ID)); len(all) != 2 {
		t.Errorf("%d signatures are on record, want 2", len(all))
	}
}

// TestSecret_Keys: a decision is not sent while no key opens it, and is sent once one does again.
func TestSecret_Keys(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(hiding)
	if _, err := d.Choose(desktest.Mara, c.ID, types(d, desktest.Mara, c.ID, map[string]string{"/pin#secret": pin})); err != nil {
		t.Fatal(err)
	}
	d.Secrets = desktest.SecretsKeys("o")
	d.Restart(d.Store)
	d.Deliver()
	if got := d.WantState(c.ID, callbacks.Decided); got.Problem != replies.Sealed || len(d.Lambda.Sent()) != 0 {
		t.Errorf("with another key: %s, %d calls", got.Problem, len(d.Lambda.Sent()))
	}
	d.Secrets = desktest.SecretsKeys("os")
	d.Restart(d.Store)
	d.Clock.Advance(10 * time.Minute)
	d.Deliver()
	if d.WantState(c.ID, callbacks.Completed); len(d.Lambda.Sent()) != 1 || !strings.Contains(string(d.Lambda.Sent()[0].Result), pin) {
		t.Errorf("with the earlier key behind: %v", d.Lambda.Sent())
	}
	d.Secrets = nil
	d.Restart(d.Store)
	d.Clock.Advance(time.Minute)
	d.Deliver()
	if got := d.WantState(c.ID, callbacks.Completed); got.Ending.Event != 4 || got.Ending.Proven {
		t.Errorf("without the key, the receipt is %+v", got.Ending)
	}
}

// TestSecret_Signatures: a second signer signs what the first one typed without seeing it. The same
// secret typed by another is another answer, so that nobody can try out what it is.
func TestSecret_Signatures(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(hiding)
	require(d, c.ID, asks(2))
	sign := func(p callbacks.Person, choice callbacks.Choice, want callbacks.State) {
		t.Helper()
		if got, err := d.Choose(p, c.ID, choice); err != nil || got.State != want {
			t.Fatalf("%s signs: %s, %v", p.Name, got.State, err)
		}
	}
	sign(desktest.Mara, types(d, desktest.Mara, c.ID, map[string]string{"/pin#secret": pin}), callbacks.Pending)
	sign(desktest.Dana, types(d, desktest.Dana, c.ID, map[string]string{"/pin#secret": pin}), callbacks.Pending)
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Dana, c.ID)
	if err != nil || len(sheet.Standing.Tallies) != 2 {
		t.Fatalf("%+v, %v", sheet.Standing, err)
	}
	tells(t, "the sheet of a second signer", sheet)
	stored(t, d, c.ID)
	var of callbacks.Proposal
	for _, s := range sheet.Signatures {
		if s.By.ID == desktest.Mara.ID {
			of = s.Proposal
		}
	}
	otto := desktest.Reviewer("otto", "finance-approvers")
	if _, err := d.Choose(otto, c.ID, filledIn(map[string]string{"#signed": of.Hash})); err == nil {
		t.Error("the plain hash of an answer names it")
	}
	same := filledIn(map[string]string{"#signed": sheet.SignedAs[of]})
	shown, err := d.Service.Preview(d.Ctx, otto, c.ID, same)
	if err != nil || !shown.Sends || shown.Tally.Has != 1 || !strings.Contains(string(shown.Shown), "••••••") {
		t.Fatalf("Mara's answer, seen by another: %+v, %v", shown, err)
	}
	tells(t, "what the second signer sees", shown.Shown)
	if _, err := d.Choose(otto, c.ID, filledIn(map[string]string{"#signed": "other"})); err == nil || !strings.Contains(err.Error(), "withdrawn or replaced") {
		t.Errorf("an answer that nobody signed: %v", err)
	}
	sign(otto, same, callbacks.Decided)
	for _, s := range must(d.Store.Signatures(d.Ctx, c.ID)) {
		if s.Answer.Sealed != "" {
			t.Errorf("the signature of %s keeps its box after the decision", s.By.Name)
		}
	}
	d.Deliver()
	if sent := d.Lambda.Sent(); len(sent) != 1 || !strings.Contains(string(sent[0].Result), pin) {
		t.Errorf("Lambda got %v", sent)
	}
	if stored(t, d, c.ID) {
		t.Error("something sealed is left")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestMaskedForm: a masked value goes out, and pages show a mask before and after; revealing it is on
// record, for people who may sign.
func TestMaskedForm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		withForm(`{"quantity":40,"max_price":815.00}`, `"{{answer}}"`)(a)
		masksPrice(a)
	})
	sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	previews, err := d.Service.Previews(d.Ctx, desktest.Mara, &sheet, callbacks.Choice{})
	if err != nil || !strings.Contains(string(previews[0].Shown), `"max_price":"••••••"`) {
		t.Fatalf("the page shows %s, %v", previews[0].Shown, err)
	}
	const at = "answer:approve/max_price"
	revealed, err := d.Service.Reveal(d.Ctx, desktest.Mara, c.ID, at)
	if err != nil || string(revealed.Value) != "815.00" || revealed.Entry == nil || revealed.Entry.Text != "815.00" {
		t.Errorf("revealed %+v, %v", revealed, err)
	}
	for _, p := range []callbacks.Person{desktest.Teo, desktest.Reviewer("otto", "nobody")} {
		if _, err := d.Service.Reveal(d.Ctx, p, c.ID, at); err == nil {
			t.Errorf("%s reveals it", p.Name)
		}
	}
	if _, err := d.Service.Reveal(d.Ctx, desktest.Mara, c.ID, "answer:approve/quantity"); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("a value that is not masked: %v", err)
	}
	if log := storetest.Audit(t, d.Store, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionRevealed}); len(log) != 1 || log[0].Facts.Field != "answer:approve/max_price" {
		t.Errorf("the audit has %+v", log)
	}
	if _, err := d.Choose(desktest.Mara, c.ID, filledIn(nil)); err != nil {
		t.Fatal(err)
	}
	if sheet, err = d.Service.Sheet(d.Ctx, desktest.Mara, c.ID); err != nil || !strings.Contains(string(sheet.Sent), `"max_price":"••••••"`) || sheet.Callback.Decision.SHA256 != "" {
		t.Errorf("after the decision, the page shows %s and %+v, %v", sheet.Sent, sheet.Callback.Decision, err)
	}
	d.Deliver()
	if sent := d.Lambda.Sent(); len(sent) != 1 || !strings.Contains(string(sent[0].Result), `"max_price":815.00`) {
		t.Errorf("Lambda got %v", sent)
	}
}

// masksPrice masks a number of the order's form.
func masksPrice(a *announcement.Announcement) {
	schema := strings.Replace(orderForm, `"type":"number"`, `"type":"number","x-masked":true`, 1)
	a.Forms["approve"] = announcement.Form{Schema: json.RawMessage(schema), Value: a.Forms["approve"].Value}
}

// TestHidden_Guesses: nobody finds out what is masked, or what another person has typed over it, by typing
// it too. Nothing that a page is made of differs between a right guess and a wrong one; a value that its
// reader has revealed is compared.
func TestHidden_Guesses(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(func(a *announcement.Announcement) {
		withForm(`{"quantity":40,"max_price":815.00}`, `"{{answer}}"`)(a)
		masksPrice(a)
	})
	require(d, c.ID, asks(3))
	preview := func(p callbacks.Person, fields map[string]string) desk.Preview {
		t.Helper()
		return must(d.Service.Preview(d.Ctx, p, c.ID, types(d, p, c.ID, fields)))
	}
	guess := func(p callbacks.Person, typed string) string {
		made := preview(p, map[string]string{"/max_price": typed})
		return fmt.Sprint(made.Filling.Changes, made.Tally.Has, len(made.Elsewhere), string(made.Shown))
	}
	if _, err := d.Choose(desktest.Mara, c.ID, filledIn(map[string]string{"/max_price": "900"})); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Choose(desktest.Dana, c.ID, filledIn(nil)); err != nil {
		t.Fatal(err)
	}
	otto := desktest.Reviewer("otto", "finance-approvers")
	wrong := guess(otto, "901")
	if !strings.Contains(wrong, "replaced") {
		t.Errorf("a guess shows %s", wrong)
	}
	for _, right := range []string{"815.00", "900"} {
		if got := guess(otto, right); got != wrong {
			t.Errorf("a right guess shows\n%s\nand a wrong one\n%s", got, wrong)
		}
	}
	untouched := preview(otto, nil)
	if preview(otto, map[string]string{"/max_price": "815.00"}).Seen == untouched.Seen {
		t.Error("the name of what is shown tells that a guess is right")
	}
	revealed, err := d.Service.Reveal(d.Ctx, otto, c.ID, "answer:approve/max_price")
	if err != nil {
		t.Fatal(err)
	}
	same := map[string]string{"/max_price": "815.00", "/max_price#revealed": revealed.Entry.Proof}
	if made := preview(otto, same); len(made.Filling.Changes) != 0 || made.Seen != untouched.Seen || made.Tally.Has != 1 {
		t.Errorf("a revealed value that was left alone: %+v", made.Filling.Changes)
	}
	erin := desktest.Reviewer("erin", "finance-approvers")
	if made := preview(erin, same); len(made.Filling.Changes) != 1 {
		t.Error("somebody else's proof counts")
	}
	if sheet := must(d.Service.Sheet(d.Ctx, otto, c.ID)); len(sheet.Standing.Tallies) != 2 {
		t.Errorf("%+v", sheet.Standing)
	}
}
