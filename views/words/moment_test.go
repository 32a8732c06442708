package words_test

import (
	"strings"
	"testing"
	"time"

	"countersign/views/viewstest"
	"countersign/views/words"
)

func TestZone(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "UTC": "UTC",
		"": "UTC", "Local": "UTC", "Europe/Atlantis": "UTC", "../../etc/passwd": "UTC", "/etc/localtime": "UTC", strings.Repeat("x", 1000): "UTC",
	} {
		if got := words.Zone(name).String(); got != want {
			t.Errorf("Zone(%.20q) = %s, want %s", name, got, want)
		}
	}
}

func TestMomentClock(t *testing.T) {
	t.Parallel()
	utc := words.Moment{Now: viewstest.Now}
	here := words.Moment{Now: viewstest.Now, Zone: viewstest.Berlin}
	lateUTC := time.Date(2026, 11, 24, 23, 30, 0, 0, time.UTC) // is tomorrow in Berlin
	newYear := time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC) // is 2027 in Berlin
	for _, tc := range []struct{ got, want string }{
		{here.Clock(viewstest.Now), "13:51:02"},
		{utc.Clock(viewstest.Now), "12:51:02"},
		{here.Clock(lateUTC), "25 Nov, 00:30"},
		{utc.Clock(lateUTC), "23:30:00"},
		{here.Clock(viewstest.Now.AddDate(1, 0, 0)), "24 Nov 2027, 13:51"},
		{here.Exact(viewstest.Now.Add(204 * time.Millisecond)), "13:51:02.204"},
		{here.Exact(lateUTC), "25 Nov 2026, 00:30:00.000"},
		{here.Full(viewstest.Now), "Tue 24 Nov, 13:51:02 CET"},
		{utc.Full(viewstest.Now), "Tue 24 Nov, 12:51:02 UTC"},
		{here.Full(viewstest.Now.AddDate(1, 0, 0)), "Wed 24 Nov 2027, 13:51:02 CET"},
		{here.Full(viewstest.Now.AddDate(-1, 0, 0)), "Mon 24 Nov 2025, 13:51:02 CET"},
		// seen in winter
		{words.Moment{Now: viewstest.Now, Zone: words.Zone("Europe/Berlin")}.Full(time.Date(2027, 7, 1, 12, 0, 0, 0, time.UTC)), "Thu 1 Jul 2027, 14:00:00 CEST"},
		{here.Full(newYear), "Fri 1 Jan 2027, 00:30:00 CET"},
		{utc.Full(newYear), "Thu 31 Dec, 23:30:00 UTC"},
		{words.Moment{Now: viewstest.Now, Zone: words.Zone("America/Sao_Paulo")}.Full(viewstest.Now), "Tue 24 Nov, 09:51:02 UTC-03"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
}

func TestMomentNeverCountsBelowZero(t *testing.T) {
	t.Parallel()
	m := words.Moment{Now: viewstest.Now}
	if got := m.Left(viewstest.Now.Add(-time.Hour)); got != 0 {
		t.Errorf("left of the past: %v", got)
	}
	if got := m.Since(viewstest.Now.Add(time.Hour)); got != 0 {
		t.Errorf("since the future: %v", got)
	}
}
