package config

import (
	"slices"
	"testing"
	"unicode/utf8"
)

// TestNames: each way to write a list of names.
func TestNames(t *testing.T) {
	t.Parallel()
	const dn = "CN=Approvers,OU=Groups,DC=corp,DC=example"
	for text, want := range map[string]Names{
		"approvers":                        {"approvers"},
		" a , Platform Team,, b,":          {"a", "Platform Team", "b"},
		"a,\n  b\n":                        {"a", "b"},
		`["` + dn + `"]`:                   {dn},
		` [ "` + dn + `", "other" ] `:      {dn, "other"},
		`"` + dn + `"`:                     {dn},
		`other, "` + dn + `","x ""y"" z"`:  {"other", dn, `x "y" z`},
		`["[odd]","\"quoted\"","ünïcode"]`: {"[odd]", `"quoted"`, "ünïcode"},
		`["R&D, Kyoto"]`:                   {"R&D, Kyoto"},
		`CN=Approvers`:                     {"CN=Approvers"},
		`CN=a,CN=b`:                        {"CN=a", "CN=b"}, // two of a kind may well be two
		`CN=Smith\, John`:                  {`CN=Smith\`, "John"},
		"":                                 nil,
	} {
		var names Names
		if err := names.UnmarshalText([]byte(text)); err != nil || !slices.Equal(names, want) {
			t.Errorf("%s: %q, %v, want %q", text, names, err, want)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add(`a,"b,c",d`)
	f.Add(`["a","b,c"]`)
	f.Add("[a]\r\n,\"")
	f.Fuzz(func(t *testing.T, text string) {
		var names Names
		if !utf8.ValidString(text) || names.UnmarshalText([]byte(text)) != nil {
			return
		}
		if slices.Contains(names, "") {
			t.Errorf("%q has a name without letters: %q", text, names)
		}
	})
}
