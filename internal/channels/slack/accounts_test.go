package slack_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/doctor"
	"countersign/internal/notice"
	standin "countersign/internal/standin/slack"
)

// book keeps the last account that was linked.
type book struct{ linked []notice.Account }

func (b *book) Link(_ context.Context, a notice.Account, _ callbacks.Actor) error {
	b.linked = append(b.linked, a)
	return nil
}

func (b *book) Unlink(context.Context, string, string, callbacks.Actor, time.Time) error {
	b.linked = nil
	return nil
}

func (b *book) Linked(context.Context, string, string) (notice.Account, error) {
	if len(b.linked) == 0 {
		return notice.Account{}, callbacks.ErrNotFound
	}
	return b.linked[len(b.linked)-1], nil
}

func (b *bench) links(kept *book) *notice.Links {
	return &notice.Links{
		Channel: notice.Slack, Directory: b.slack, Accounts: kept, Now: func() time.Time { return b.now }, Changed: func() {},
		Hash: func(data []byte) string {
			sum := sha256.Sum256(append([]byte("a key"), data...))
			return string(sum[:])
		},
	}
}

var codeIn = regexp.MustCompile(`[A-Z2-7]{8}`)

// TestLink: an account is linked by whoever reads its direct messages, within the time of the code.
func TestLink(t *testing.T) {
	t.Parallel()
	b, kept := newBench(t, nil), &book{}
	links, mara := b.links(kept), callbacks.Person{ID: "mara"}
	account, err := links.Send(t.Context(), mara, "Mara@example.com")
	if err != nil || account.Account != "U1" {
		t.Fatal(account, err)
	}
	message := b.Messages()[0]
	code := codeIn.FindString(message.Shown)
	if message.Conversation != "D1" || code == "" {
		t.Fatalf("%+v", message)
	}
	for name, tc := range map[string]struct {
		person callbacks.Person
		code   string
		later  time.Duration
		want   error
	}{
		"OtherPerson": {callbacks.Person{ID: "dana"}, code, 0, notice.ErrWrongCode},
		"WrongCode":   {mara, "AAAAAAAA", 0, notice.ErrWrongCode},
		"NoCode":      {mara, "", 0, notice.ErrWrongCode},
		"TooLate":     {mara, code, 20 * time.Minute, notice.ErrWrongCode},
		"InTime":      {mara, code[:4] + " " + strings.ToLower(code[4:]) + "\n", 10 * time.Minute, nil},
	} {
		b.now = arrived.Add(tc.later)
		before := len(kept.linked)
		if err := links.Confirm(t.Context(), tc.person, "mara@example.com", tc.code); !errors.Is(err, tc.want) || (len(kept.linked) > before) != (tc.want == nil) {
			t.Errorf("%s: %v, linked %v", name, err, kept.linked)
		}
	}
	if len(kept.linked) != 1 {
		t.Fatal(kept.linked)
	}
	if a := kept.linked[0]; a.Account != "U1" || a.Person != "mara" || a.Name != "Mara Okafor" || a.Channel != notice.Slack || a.LinkedAt.IsZero() {
		t.Errorf("%+v", a)
	}
	if err := links.Unlink(t.Context(), mara); err != nil || kept.linked != nil {
		t.Error(err)
	}
}

// TestLinkNobody: without an address that the provider vouches for, or an account that has it,
// nothing is sent.
func TestLinkNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	links := b.links(&book{})
	if _, err := links.Send(t.Context(), callbacks.Person{ID: "mara"}, ""); !errors.Is(err, notice.ErrNoAddress) {
		t.Error(err)
	}
	for _, address := range []string{"gone@example.com", "nobody@example.com"} {
		_, err := links.Send(t.Context(), callbacks.Person{ID: "mara"}, address)
		if f := new(notice.Fault); !errors.As(err, &f) || f.Code != notice.NoPlace {
			t.Errorf("%s: %v", address, err)
		}
	}
	if len(b.Messages()) > 0 {
		t.Error("something was sent")
	}
}

// TestExamine: the doctor reads what the token may do and which channels are not there, and writes
// nothing.
func TestExamine(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *standin.Config) {
		c.Scopes = []string{"chat:write", "chat:write.public", "channels:read", "groups:read", "channels:history", "im:history", "im:write"}
	})
	got := b.slack.Examine(t.Context(), []string{"#finance", "#nowhere", "C1"})
	want := doctor.Channel{Says: "workspace Harborline accepts the token", Lacks: []string{
		"the app lacks the scope groups:history, for the same in private channels",
		"the app lacks the scope users:read.email, for linking accounts", "#nowhere: channel_not_found",
	}}
	if diff := cmp.Diff(want, got); diff != "" || len(b.Messages()) > 0 {
		t.Error(diff)
	}
	other := newBench(t, func(c *standin.Config) { c.Token = "xoxb-other" })
	if got := other.slack.Examine(t.Context(), nil); got.Problem != "invalid_auth" || got.Says != "" {
		t.Errorf("%+v", got)
	}
}
