package admin_test

import (
	"strings"
	"testing"

	"countersign/views"
	"countersign/views/admin"
	"countersign/views/pagetest"
	"countersign/views/viewstest"
)

// TestChannels: each channel says its state, what it did, and what went wrong, in words.
func TestChannels(t *testing.T) {
	t.Parallel()
	m := pagetest.Channels("answers 503")
	if n := m.Troubles(); n != 2 { // a webhook that fails and one that is switched off
		t.Errorf("%d troubles", n)
	}
	doc := viewstest.HTML(t, admin.ChannelsPage(viewstest.Shell(views.PlaceChannels, "/admin/channels"), m))
	for key, parts := range map[string][]string{
		"slack:":              {"Slack", "3 channels of groups", "Works", "639", "sent by the hour: 12 from", "none", "Test"},
		"email:":              {"Works", "answers 503; given up", "legal@harborline.example", "Try again"},
		"push:":               {"Web push", "Some fail", "none sent", "answers 503; try 3 is at", "a person", "Try again"},
		"teams:finance-room":  {"Muted until", "muted by Aiko Brandt", "answers 503", "End mute"},
		"webhooks:erp-bridge": {"Fails since", "answers 503; try 9 is at", "1000+", "Try again"},
		"webhooks:data-lake":  {"Switched off", "answers 503", "Try again"},
	} {
		row := viewstest.Words(doc.Find(`tr[data-channel="` + key + `"]`))
		for _, part := range parts {
			if !strings.Contains(row, part) {
				t.Errorf("%s says %q, without %q", key, row, part)
			}
		}
	}
	if off := viewstest.Words(doc.Find(".off")); !strings.Contains(off, "#attic Slack since") || !strings.Contains(off, "a person E-mail since") || strings.Contains(off, "noor") || strings.Contains(off, "finance-room") {
		t.Errorf("switched off are %q", off)
	}
	if bars := doc.Find(`tr[data-channel="slack:"] rect`); bars.Length() != 12 || bars.Eq(9).AttrOr("height", "") != "16" || bars.Eq(3).AttrOr("height", "") != "1" {
		t.Errorf("the bars are %d, the highest %s", bars.Length(), bars.Eq(9).AttrOr("height", ""))
	}
	if said := viewstest.Words(doc.Find(".advice")); strings.Count(said, "asks to come again") != 1 || !strings.Contains(said, "does not exist any more") {
		t.Errorf("the advice is %q", said)
	}
}
