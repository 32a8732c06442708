package form_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/form"
)

// TestWritten_Bound: an answer that is too long is refused before it is read, and stays as it was typed.
func TestWritten_Bound(t *testing.T) {
	t.Parallel()
	f, proposed := form.New(parse(t, `{"type":"object","properties":{"a":{"type":"string"}}}`)), parse(t, `{"a":"x"}`)
	long := `{"a":"` + strings.Repeat("x", form.MaxBytes) + `"}`
	filled := f.Fill("a", proposed, form.Posted{form.JSONName("a"): {long}})
	if len(filled.Faults) != 1 || !strings.Contains(filled.Faults[0].Detail, "at most 65536 bytes") {
		t.Errorf("got %v", filled.Faults)
	}
	if !filled.Answer.Same(proposed) || filled.Text != long {
		t.Error("what was typed is lost, or became the answer")
	}
}

// TestPress_ManyItems: a list with more items than the page draws stays JSON.
func TestPress_ManyItems(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, `{"type":"object","properties":{"l":{"type":"array","items":{"type":"integer"}}}}`))
	for n, stays := range map[int]bool{form.MaxRows: false, form.MaxRows + 1: true, 30_000: true} {
		items := strings.TrimSuffix(strings.Repeat("1,", n), ",")
		typed := form.Posted{form.JSONName("a"): {`{"l":[` + items + `]}`}}
		_, kept := f.Press("a", parse(t, `{"l":[]}`), typed, "form:")[form.JSONName("a")]
		if kept != stays {
			t.Errorf("%d items: the answer stays JSON: %t", n, kept)
		}
	}
}

// TestPress_AddsToGaps: a new item has a key that no other has.
func TestPress_AddsToGaps(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, `{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"b":{"type":"string"}}}}}}`))
	posted := form.Posted{"a/l#rows": {"", "n1", "n9999", "n2"}}
	if got := fmt.Sprint(f.Press("a", parse(t, `{}`), posted, "add:a/l")["a/l#rows"]); got != "[ n1 n9999 n2 n3]" {
		t.Errorf("got %q", got)
	}
}

// TestChanges_ManyNames: members that the form does not name are compared each with its own.
func TestChanges_ManyNames(t *testing.T) {
	t.Parallel()
	var was, is []string
	for i := range 10_000 {
		was = append(was, fmt.Sprintf(`"m%d":%d`, i, i))
		is = append(is, fmt.Sprintf(`"m%d":%d`, 9_999-i, 9_999-i))
	}
	f := form.New(parse(t, `{"type":"object","properties":{}}`))
	is[5_000] = `"m4999":"other"`
	got := f.Changes(parse(t, "{"+strings.Join(was, ",")+"}"), parse(t, "{"+strings.Join(is, ",")+"}"), form.Typed{})
	if len(got) != 1 || got[0].Pointer != "/m4999" {
		t.Errorf("got %v", got)
	}
}

// TestNew_ZoneOfTheDesk: the place of the desk's machine is no zone of a form.
func TestNew_ZoneOfTheDesk(t *testing.T) {
	t.Parallel()
	for zone, drawn := range map[string]bool{"Europe/Vilnius": true, "Local": false, "Nowhere": false} {
		f := form.New(parse(t, `{"type":"object","properties":{"at":{"type":"string","format":"date-time","x-zone":"`+zone+`"}}}`))
		if f.Drawn() != drawn {
			t.Errorf("%s: drawn: %t", zone, f.Drawn())
		}
	}
}

// TestFill_AddedWithoutValue: what was typed for another item and is no value makes no gap in the list.
func TestFill_AddedWithoutValue(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, `{"type":"object","properties":{"l":{"type":"array","items":{"type":"integer"}}}}`))
	filled := f.Fill("a", parse(t, `{"l":[1]}`), form.Posted{"a/l#add": {"many"}})
	if got := filled.Answer.JSON(); got != `{"l":[1]}` || len(filled.Faults) == 0 {
		t.Errorf("got %s, %v", got, filled.Faults)
	}
}

// TestFill_NoSuchTime: a local time that the clocks pass over is a fault, and one beside it is not.
func TestFill_NoSuchTime(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, `{"type":"object","properties":{"at":{"type":"string","format":"date-time","x-zone":"Europe/Vilnius"}}}`))
	for typed, faults := range map[string]int{"2026-03-29T02:30": 0, "2026-03-29T03:30": 1, "2026-03-29T03:30:10": 1, "2026-03-29T04:30:10": 0, "2026-03-29T9:30": 0} {
		if got := f.Fill("a", parse(t, `{}`), form.Posted{"a/at": {typed}}).Faults; len(got) != faults {
			t.Errorf("%s: got %v", typed, got)
		}
	}
}

// TestFill_Times: a date-time is shown in the zone of its field without fractions of a second, and keeps its
// bytes until another time is typed.
func TestFill_Times(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ zone, was, shown, in, typed, want string }{
		{"", "2026-12-11T09:30:00.123Z", "2026-12-11T09:30", "UTC", "2026-12-11T10:30", "2026-12-11T10:30:00Z"},
		{"", "2026-12-11T09:30:05.123456+05:30", "2026-12-11T09:30:05", "UTC+5:30", "2026-12-11T09:31", "2026-12-11T09:31:00+05:30"},
		{"Europe/Vilnius", "2026-12-11T09:30:00.5Z", "2026-12-11T11:30", "Europe/Vilnius, UTC+2", "2026-06-11T11:30", "2026-06-11T11:30:00+03:00"},
		{"Europe/Vilnius", "2026-12-11T23:30:00-05:00", "2026-12-12T06:30", "Europe/Vilnius, UTC+2", "2026-12-12T06:31", "2026-12-12T06:31:00+02:00"},
		{"Etc/UTC", "2026-12-11T09:30:00+02:00", "2026-12-11T07:30", "Etc/UTC, UTC", "2026-12-11T07:31", "2026-12-11T07:31:00Z"},
	} {
		f := form.New(parse(t, `{"type":"object","properties":{"at":{"type":"string","format":"date-time","x-zone":"`+tt.zone+`"}}}`))
		proposed := parse(t, `{"at":"`+tt.was+`"}`)
		e := f.Fill("a", proposed, nil).Root.Entries[0]
		if e.Widget != form.DateTime || e.Text != tt.shown || e.Zone != tt.in {
			t.Errorf("%s: shown as %s in %s, %s", tt.was, e.Text, e.Zone, e.Widget)
		}
		for typed, want := range map[string]string{e.Text: tt.was, e.Text + ":00": tt.was, tt.typed: tt.want} {
			if strings.Count(typed, ":") == 3 {
				continue
			}
			if got := f.Fill("a", proposed, form.Posted{"a/at": {typed}}).Answer.Member("at").Unquoted(); got != want {
				t.Errorf("%s: %s became %s, want %s", tt.was, typed, got, want)
			}
		}
	}
	for _, odd := range []string{"0000-01-01T00:30:00Z", "0001-01-01T00:30:00+02:00", "2026-12-11T09:30:00,5Z", "2026-12-11 09:30"} {
		f := form.New(parse(t, `{"type":"object","properties":{"at":{"type":"string","format":"date-time","x-zone":"UTC"},"day":{"type":"string","format":"date"}}}`))
		if e := f.Fill("a", parse(t, `{"at":"`+odd+`","day":"0000-01-01"}`), nil).Root; e.Entries[0].Widget != form.Line || e.Entries[1].Widget != form.Line {
			t.Errorf("%s: shown in an input for a %s, and the year 0 in one for a %s", odd, e.Entries[0].Widget, e.Entries[1].Widget)
		}
	}
}

// TestNew_SameTitles: choices with one title are told apart by their values.
func TestNew_SameTitles(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, `{"oneOf":[{"const":"lt-1","title":"Kaunas"},{"const":"lt-2","title":"Kaunas"},{"const":3,"title":"Riga"}]}`))
	var titles []string
	for _, o := range f.Root.Choices {
		titles = append(titles, o.Title)
	}
	if got := fmt.Sprint(titles); got != "[Kaunas (lt-1) Kaunas (lt-2) Riga]" {
		t.Errorf("got %s", got)
	}
}

// TestFill_LineEndsInNames: the name of an input has no characters that a browser changes when it posts.
func TestFill_LineEndsInNames(t *testing.T) {
	t.Parallel()
	f := form.New(parse(t, `{"type":"object","properties":{"a\r\nb\u0000":{"type":"string"}}}`))
	e := f.Fill("a", parse(t, `{}`), nil).Root.Entries[0]
	if strings.ContainsAny(e.Name, "\r\n\x00") {
		t.Errorf("the name is %q", e.Name)
	}
	if got := f.Fill("a", parse(t, `{}`), form.Posted{e.Name: {"x"}}).Answer.JSON(); got != `{"a\r\nb\u0000":"x"}` {
		t.Errorf("got %s", got)
	}
}
