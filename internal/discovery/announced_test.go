package discovery_test

import (
	"errors"
	"slices"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desktest"
	"countersign/internal/discovery"
)

var rita = desktest.Reviewer("rita", "reviewers")

// foundIn is a callback that was found in a queue and that nobody has announced, with its token.
func foundIn(t *testing.T, queue string) (s *search, d *desktest.Desk, c callbacks.Callback, token string) {
	t.Helper()
	s = newSearch(t, 1000, discovery.Watch{Function: "expenses", Region: region, Queue: queue})
	register(s, "expenses", sign)
	_, token = s.start("expenses")
	s.scan()
	return s, &desktest.Desk{T: t, Ctx: t.Context(), Service: s.service, Store: s.store}, s.only(callbacks.Pending), token
}

// payMara is an announcement by which somebody asks for money for herself.
func payMara(a *announcement.Announcement) {
	a.Title, a.Requester, a.Payload = "Pay 1,000,000 to Mara", "Mara <mara@harborline.example>", []byte(`{"amount":1000000}`)
}

// TestFoundInFourEyes: as long as nobody knows who asks, four eyes cannot be told from two.
func TestFoundInFourEyes(t *testing.T) {
	t.Parallel()
	s, d, c, token := foundIn(t, "finance")
	_, decided := d.Decide(desktest.Mara, c.ID, "approve", "")
	_, reviewed := s.service.OpenReview(t.Context(), desktest.Mara, c.ID, callbacks.SignOfLife{Input: true})
	sheet, err := s.service.Sheet(t.Context(), desktest.Mara, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"decide": decided, "review": reviewed, "page": sheet.Refused} {
		if refusal, ok := errors.AsType[*callbacks.Refusal](err); !ok || refusal.Code != "unannounced" {
			t.Errorf("%s: got %v, want a refusal because nobody announced it", what, err)
		}
	}
	s.announce(token, payMara)
	if _, err := d.Decide(desktest.Mara, c.ID, "approve", ""); !errors.Is(err, callbacks.ErrForbidden) {
		t.Errorf("who asked decides: %v", err)
	}
	d.MustDecide(desktest.Dana, c.ID, "approve", "")
}

// TestAnnouncedAfterTheDecision: the record shows what was decided on, whatever its sender says
// afterwards.
func TestAnnouncedAfterTheDecision(t *testing.T) {
	t.Parallel()
	s, d, c, token := foundIn(t, callbacks.DefaultQueue)
	d.MustDecide(rita, c.ID, "approve", "")
	before, content := d.Get(c.ID), s.content(c.ID)
	r := s.announce(token, payMara)
	got := d.Get(c.ID)
	got.Revision = before.Revision
	if got.Title != before.Title || got.Requester != before.Requester || got.Queue != before.Queue || got.Source != callbacks.SourceDiscovery ||
		string(s.content(c.ID).Payload) != string(content.Payload) {
		t.Errorf("the record became %+v", got)
	}
	want := "Announced when it was not pending any more; it keeps what it showed. The announcement has another payload, queue, requester, title."
	if told := s.told(c.ID); told[len(told)-1] != want {
		t.Errorf("the audit says %q", told)
	}
	if again := s.announce(token, payMara); !r.Created || again.Created {
		t.Errorf("created %t and then %t, want the first announcement alone", r.Created, again.Created)
	}
}

// TestAnnouncedAfterThePreview: the same bytes for quite another request are not what was seen.
func TestAnnouncedAfterThePreview(t *testing.T) {
	t.Parallel()
	s, _, c, token := foundIn(t, callbacks.DefaultQueue)
	choice := callbacks.Choice{Outcome: "approve", Sends: true}
	shown, err := s.service.Preview(t.Context(), rita, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	s.announce(token, func(a *announcement.Announcement) { a.Queue, a.Title = callbacks.DefaultQueue, "Pay 1,000,000 to Mara" })
	choice.PreparedAt = shown.PreparedAt
	if _, err := s.service.Sign(t.Context(), rita, c.ID, choice, shown.Seen); !errors.Is(err, callbacks.ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
	shown, err = s.service.Preview(t.Context(), rita, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.service.Sign(t.Context(), rita, c.ID, choice, shown.Seen); err != nil {
		t.Errorf("what was shown since gives %v", err)
	}
}

// TestFoundDecidedTwice: the same press again is the same decision, also when the announcement came
// in between.
func TestFoundDecidedTwice(t *testing.T) {
	t.Parallel()
	s, _, c, token := foundIn(t, callbacks.DefaultQueue)
	choice := callbacks.Choice{Outcome: "approve", Sends: true}
	shown, err := s.service.Preview(t.Context(), rita, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt = shown.PreparedAt
	if _, err := s.service.Sign(t.Context(), rita, c.ID, choice, shown.Seen); err != nil {
		t.Fatal(err)
	}
	s.announce(token, nil)
	if _, err := s.service.Sign(t.Context(), rita, c.ID, choice, shown.Seen); !errors.Is(err, desk.ErrSignedAlready) {
		t.Errorf("got %v, want ErrSignedAlready", err)
	}
}

// TestMovedByItsAnnouncement: the lists of both queues change.
func TestMovedByItsAnnouncement(t *testing.T) {
	t.Parallel()
	s, _, c, token := foundIn(t, callbacks.DefaultQueue)
	before := s.invalidations.Count()
	s.announce(token, nil)
	told := s.invalidations.All[before:]
	for _, queue := range []string{callbacks.DefaultQueue, "finance"} {
		if !slices.Contains(told, callbacks.Invalidation{Callback: c.ID, Queue: queue}) {
			t.Errorf("queue %s was not told: %+v", queue, told)
		}
	}
}

func (s *search) content(id callbacks.ID) callbacks.Content {
	s.t.Helper()
	content, err := s.store.Content(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return content
}

// TestStateRequester_Found: an admin may say it too of what nobody announced; an announcement that
// comes later says it better.
func TestStateRequester_Found(t *testing.T) {
	t.Parallel()
	s, d, c, token := foundIn(t, "finance")
	if _, err := s.service.StateRequester(t.Context(), desktest.Ops, c.ID, desk.Statement{Requester: "Ines Calloway <ines@harborline.example>", Reason: "Ticket FIN-12 is hers."}); err != nil {
		t.Fatal(err)
	}
	choice := callbacks.Choice{Outcome: "approve", Sends: true}
	seen, err := s.service.Preview(t.Context(), desktest.Mara, c.ID, choice)
	if err != nil {
		t.Fatal(err)
	}
	choice.PreparedAt = seen.PreparedAt
	s.announce(token, payMara)
	if got := d.Get(c.ID).Requester; got.StatedBy != "" || got.Email != desktest.Mara.Email {
		t.Errorf("the announcement does not say who asks: %+v", got)
	}
	_, err = s.service.Sign(t.Context(), desktest.Mara, c.ID, choice, seen.Seen)
	if refusal, ok := errors.AsType[*callbacks.Refusal](err); !ok || refusal.Code != "requester" {
		t.Errorf("got %v, want a refusal because she asks herself", err)
	}
	d.MustDecide(desktest.Dana, c.ID, "approve", "")
}
