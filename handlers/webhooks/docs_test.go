package webhooks

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/intake"
	"countersign/internal/ratelimit"
)

// docs/intake.md is all that senders have: it names every field and every code.
func TestDocumentIsComplete(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/intake.md")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, v := range []any{announcement.Announcement{}, callbacks.Outcome{}, announcement.Form{}} {
		for field := range reflect.TypeOf(v).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name != "-" && name != "forms" { // which no sender sends by that name
				words = append(words, name)
			}
		}
	}
	for _, err := range []error{
		intake.ErrNoCredentials, intake.ErrHeader, intake.ErrStale, intake.ErrNoMatch, intake.ErrTooLarge, intake.ErrMediaType, intake.ErrBody,
		errOff, intake.ErrAPIKey, intake.ErrRawDelivery, intake.ErrUnknownTopic, intake.ErrStaleNotification, intake.ErrNotFromSNS,
		intake.ErrSNSUnreachable, intake.ErrBusy, callbacks.ErrDifferent, callbacks.ErrUnavailable, fault.List{{}}, &ratelimit.Error{},
	} {
		words = append(words, ProblemOf(err).Code)
	}
	for _, word := range words {
		if word == "" || !strings.Contains(string(text), "`"+word+"`") {
			t.Errorf("docs/intake.md does not name %q", word)
		}
	}
}
