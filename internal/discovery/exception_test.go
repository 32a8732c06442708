package discovery

import (
	"strings"
	"testing"
)

func TestMatchesPattern(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, text string
		want          bool
	}{
		{"health", "health", true},
		{"health", "health-1", false},
		{"health", "Health", false},
		{"health-*", "health-", true},
		{"health-*", "health-db/1", true},
		{"health-*", "unhealth-1", false},
		{"*-check", "db-check", true},
		{"*-check", "db-checks", false},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"*vm*", "a vm of mine", true},
		{"a**b", "ab", true},
		{"a?c", "abc", false},
		{"[a]", "a", false},
		{"h\u00e9*", "h\u00e9 1", true},
	} {
		if got := matchesPattern(tc.pattern, tc.text); got != tc.want {
			t.Errorf("%q matches %q: %t, want %t", tc.pattern, tc.text, got, tc.want)
		}
	}
}

// TestMatchesPattern_Bounded: no pattern and name together take longer than their lengths, however
// many stars there are.
func TestMatchesPattern_Bounded(t *testing.T) {
	t.Parallel()
	// one that goes back would never end
	if matchesPattern(strings.Repeat("*a", 128), strings.Repeat("a", 1<<16)+"b") {
		t.Error("it matches")
	}
}

func TestException(t *testing.T) {
	t.Parallel()
	x := Exception{Names: []string{"health-*"}, Subtypes: []string{"MicroVm*"}}
	for name, tc := range map[string]struct {
		started Started
		want    bool
	}{
		"Name":           {Started{Name: "health-db"}, true},
		"OwnName":        {Started{Name: "sign-off", Own: Called{Name: "health-db"}}, true},
		"ContextName":    {Started{Name: "sign", Around: Called{Name: "health-db"}}, true},
		"Subtype":        {Started{Name: "sign", Own: Called{SubType: "MicroVmReady"}}, true},
		"ContextSubtype": {Started{Name: "sign", Around: Called{SubType: "MicroVm"}}, true},
		"NameAsSubtype":  {Started{Name: "MicroVm"}, false},
		"Other":          {Started{Name: "sign", Own: Called{"sign", "Callback"}, Around: Called{"expense", "WaitForCallback"}}, false},
		"Nothing":        {Started{}, false},
	} {
		if got := x.matches(tc.started); got != tc.want {
			t.Errorf("%s: left out is %t", name, got)
		}
	}
}

// TestLeavesOut: a function that is named keeps its own line, and others have that of their account
// and region.
func TestLeavesOut(t *testing.T) {
	t.Parallel()
	every, named := Watch{Function: EveryFunction, Region: "eu"}, Watch{Function: "arn:aws:lambda:eu:123456789012:function:pay", Region: "eu"}
	d := &search{watches: []Watch{every, named}, exceptions: []Exception{
		{Watch: every, Names: []string{"health-*"}}, {Watch: named, Names: []string{"probe"}},
	}}
	for _, tc := range []struct {
		watch Watch
		name  string
		want  bool
	}{
		{Watch{Function: "other", Region: "eu"}, "health-1", true},
		{Watch{Function: "other", Region: "us"}, "health-1", false},
		{Watch{Function: "other", Region: "eu", Account: "1"}, "health-1", false},
		{Watch{Function: "pay", Region: "eu"}, "health-1", false},
		{Watch{Function: "pay", Region: "eu"}, "probe", true},
		{Watch{Function: "other", Region: "eu"}, "probe", false},
	} {
		if got := d.leavesOut(tc.watch, Started{Name: tc.name}); got != tc.want {
			t.Errorf("%+v leaves %s out: %t", tc.watch, tc.name, got)
		}
	}
}
