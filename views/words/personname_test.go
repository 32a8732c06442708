package words_test

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/views/untrusted"
	"countersign/views/words"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, initials, first string }{
		{"Mara Okafor", "MO", "Mara"},
		{"Ines Maria de Calloway", "IC", "Ines"},
		{"expenses", "E", "expenses"},
		{"Østfold Kraft", "ØK", "Østfold"},
		{"“Ops” (night)", "?", "“Ops”"},
		{"", "?", ""},
		{"  ", "?", ""},
		{"Calloway, Ines", "IC", "Ines"},
		{"Calloway,Ines Maria", "IC", "Ines"},
		{" van der Berg , Ines ", "IB", "Ines"},
		{"Calloway, Ines (Finance)", "IC", "Ines"},
		{"Calloway, Ines, PhD", "IC", "Ines"},
		{"King, Jr., Martin Luther", "MK", "Martin"},
		{"Ines Calloway, Ph.D.", "IC", "Ines"},
		{"Ines Calloway, MD, MBA", "IC", "Ines"},
		{"Calloway, Dr. Ines", "IC", "Ines"},
		{"Dr. Ines Calloway", "IC", "Ines"},
		{"Prof. Dr. Ines Calloway", "IC", "Ines"},
		{"Calloway,", "C", "Calloway"},
		{", Ines", "I", "Ines"},
		{",", "?", ","},
		{"Dr.", "?", "Dr."},
		{"山田，太郎", "太山", "太郎"},
		{"山田太郎", "山", "山田太郎"},
		{"Ines\u00a0Calloway", "IC", "Ines"},
		{"ines@example.com", "I", "ines@example.com"},
	} {
		if got := words.Initials(tc.name); got != tc.initials {
			t.Errorf("initials(%q) = %q, want %q", tc.name, got, tc.initials)
		}
		if got := words.FirstName(tc.name); got != tc.first {
			t.Errorf("firstName(%q) = %q, want %q", tc.name, got, tc.first)
		}
	}
}

// TestNamesTurned: a name that is written family name first is cut at no comma, wherever people are
// called briefly.
func TestNamesTurned(t *testing.T) {
	t.Parallel()
	by := callbacks.Actor{Kind: callbacks.ActorPerson, ID: "i", Name: "Calloway, Ines"}
	ines := untrusted.Isolate("Ines")
	for name, tc := range map[string]struct{ got, want string }{
		"Reviewing": {words.Reviewers([]callbacks.Actor{by}, callbacks.Person{}), ines + " is reviewing"},
		"Briefly":   {words.ActorBriefly(by, callbacks.Person{}), ines},
		"Whose":     {words.Possessive(by, callbacks.Person{}), ines + "’s"},
		"By":        {words.ByActor(by, callbacks.Person{}), ines},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %q, want %q", name, tc.got, tc.want)
		}
	}
}
