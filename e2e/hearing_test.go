package e2e_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// hearing is what the tab of a person is told over its stream, from now on. An event that names a
// callback comes from a signal alone: a stream that looks by itself, and does so within the
// patience of a test, names none.
type hearing struct{ events *record[string] }

func (p *person) listen() hearing {
	p.t.Helper()
	h := hearing{newRecord[string]()}
	err := chromedp.Listen(p.tab, func(event any) {
		if e, ok := event.(*network.EventEventSourceMessageReceived); ok && e.EventName == "changed" {
			h.events.add(e.Data)
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return h
}

// await waits until the tab was told of a callback, by its ID.
func (h hearing) await(t *testing.T, id string) {
	t.Helper()
	want := fmt.Sprintf(`{"callback":%q}`, id)
	h.events.await(t, patience, "an event of "+id, func(data string) bool { return data == want })
}
