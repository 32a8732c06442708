package callbacks

import (
	"errors"
	"strings"
	"testing"
)

// inesHerself signs in with everything that a provider may say.
var inesHerself = Person{
	Subject: "00u1inescalloway", Name: "Ines M. Calloway", Email: "ines.calloway@example.com", EmailVerified: true,
	GivenName: "Ines", FamilyName: "Calloway", UserNames: []string{"icalloway", "ines@corp.example.com"},
}

// ownSpellings are texts by which a system may say that Ines asks. All name her, whatever stands
// around it.
var ownSpellings = []string{
	"ines.calloway@example.com",
	"Calloway, Ines <ines.calloway@example.com>",
	`"Calloway, Ines" <ines.calloway@example.com>`,
	"Ines Calloway ines.calloway@example.com",
	"Ines Calloway (ines.calloway@example.com)",
	"Ines Calloway [ines.calloway@example.com]",
	"Ines Calloway (Finance) <ines.calloway@example.com>",
	"Finance <ines.calloway@example.com> via Slack",
	"<ines.calloway@example.com>",
	"mailto:ines.calloway@example.com",
	"<mailto:ines.calloway@example.com>",
	"[Finance](mailto:ines.calloway@example.com)",
	"mailto:ines.calloway@example.com?subject=Laptop",
	"ines.calloway@example.com.",
	"asked by ines.calloway@example.com, thanks",
	"INES.CALLOWAY@EXAMPLE.COM",
	"'ines.calloway@example.com'",
	`"ines.calloway"@example.com`,
	"„ines.calloway@example.com“",
	"ines.calloway+laptops@example.com",
	"ｉｎｅｓ．ｃａｌｌｏｗａｙ＠ｅｘａｍｐｌｅ．ｃｏｍ",
	"ines.calloway@example。com",
	"ines.\u200dcalloway@example.com",
	"ines.callo\ufe0fway@example.com",
	"ines.calloway@example.com (ines.calloway+x@example.com)",
	"=?utf-8?q?Calloway=2C_Ines?= <ines.calloway@example.com>",
	"=?utf-8?b?aW5lcy5jYWxsb3dheUBleGFtcGxlLmNvbQ==?=",
	"=?utf-8?q?ines.calloway=40example.com?=",
	"Bot <INES@corp.example.com>",
	"Ines Calloway <somebody.else@example.com>",
	"Calloway,  Ines <somebody.else@example.com>",
	"CALLOWAY Ines <somebody.else@example.com>",
	"Ines Calloway (she) via Slack <somebody.else@example.com>",
	"Ines\u00a0M.  Calloway <somebody.else@example.com>",
	"icalloway <somebody.else@example.com>",
}

func TestRequesterIsThePerson(t *testing.T) {
	t.Parallel()
	for _, text := range ownSpellings {
		r, fault := ParseRequester(text, "")
		if fault != "" || !r.comparable() || !inesHerself.Is(r) {
			t.Errorf("%q is read as %+v, fault %q: not seen to be her", text, r, fault)
		}
	}
	for _, id := range []string{"00u1inescalloway", " 00u1inescalloway ", "ines.calloway@example.com", "icalloway"} {
		if r, fault := ParseRequester("Purchasing", id); fault != "" || !inesHerself.Is(r) {
			t.Errorf("the subject %q is not hers: %+v, %q", id, r, fault)
		}
	}
}

func TestRequesterIsSomebodyElse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Bob Marsh <bob.marsh@example.com>", "ines.calloway@example.org", "calloway@example.com", "ines.calloway.jr@example.com",
		"Ines Marsh <ines.marsh@example.com>", "calloway.ines@example.com", "ines.calloway@example.com.evil.example",
	} {
		r, fault := ParseRequester(text, "")
		if fault != "" || !r.comparable() || inesHerself.Is(r) {
			t.Errorf("%q is read as %+v, fault %q, and taken for Ines", text, r, fault)
		}
	}
	if r, _ := ParseRequester("", "00u2"); inesHerself.Is(r) || !r.comparable() {
		t.Errorf("another subject is taken for Ines: %+v", r)
	}
	if (Person{}).Is(Requester{}) || (Person{Name: "–"}).Is(Requester{Name: "…"}) {
		t.Error("nothing in common is something in common")
	}
}

// TestRequesterNotComparable: what may name somebody whom the desk cannot find must not pass as
// somebody else.
func TestRequesterNotComparable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":              "names nobody",
		"Ines Calloway": "names nobody",
		"capacity-bot":  "names nobody",
		"Ines Calloway <ines.calloway@example.com>, Bob Marsh <bob.marsh@example.com>": "names 2 addresses: ines.calloway@example.com, bob.marsh@example.com",
		"bob.marsh@example.com for ines.calloway@example.com":                          "names 2 addresses",
		`"bob.marsh@example.com" <ines.calloway@example.com>`:                          "names 2 addresses",
		"=?utf-8?q?bob=40example.com?= <ines.calloway@example.com>":                    "names 2 addresses",
		"ines.calloway%2Blaptops@example.com":                                          "no readable address",
		"mailto:?to=ines.calloway@example.com":                                         "no readable address",
		"mailto:bob@example.com?cc=ines.calloway@example.com":                          "no readable address",
		"prvs=123=ines.calloway@example.com":                                           "no readable address",
		"ines.calloway(work)@example.com":                                              "no readable address",
		"ines.calloway@[10.0.0.1]":                                                     "no readable address",
		"ines.calloway @ example.com":                                                  "no readable address",
		"bob@example.com, ines.calloway @example.com":                                  "no readable address",
		"@ines":                             "no readable address",
		"ines@example_com.example":          "no readable address",
		"a@b@example.com":                   "no readable address",
		"ines.calloway@example..com":        "no readable address",
		"ines..calloway@example.com":        "no readable address",
		`"ines calloway"@example.com`:       "no readable address",
		"=?gb2312?q?=B0=A2?= <a@b.example>": "no readable address",
	} {
		r, fault := ParseRequester(text, "")
		if !strings.Contains(fault, want) || r.comparable() {
			t.Errorf("%q is read as %+v with fault %q, want %q", text, r, fault, want)
		}
	}
	if _, fault := ParseRequester("Ines and Bob <ines@example.com> <bob@example.com>", "00u1"); !strings.Contains(fault, "names 2 addresses") {
		t.Errorf("two people ask, and a subject hides one of them: %q", fault)
	}
}

// TestRequesterAsShown: what stands beside the address is the name.
func TestRequesterAsShown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Requester{
		"Ines Calloway <ines@example.com>":            {Name: "Ines Calloway", Email: "ines@example.com"},
		"Calloway, Ines <ines@example.com>":           {Name: "Calloway, Ines", Email: "ines@example.com"},
		"Ines Calloway (Ines@example.com)":            {Name: "Ines Calloway", Email: "Ines@example.com"},
		"Ines Calloway <mailto:ines@example.com>":     {Name: "Ines Calloway", Email: "ines@example.com"},
		"Ines ines@example.com via Slack":             {Name: "Ines via Slack", Email: "ines@example.com"},
		"mailto:ines@example.com":                     {Email: "ines@example.com"},
		"ines@example.com.":                           {Email: "ines@example.com"},
		"=?utf-8?q?In=C3=AAs?= <ines@example.com>":    {Name: "Inês", Email: "ines@example.com"},
		" Privacy desk ":                              {Name: "Privacy desk"},
		"Ines <ines@a.example>, Bob <bob@a.example>":  {Name: "Ines <ines@a.example>, Bob <bob@a.example>"},
		"Zoë Bücher (zoe@bücher.example) asks":        {Name: "Zoë Bücher asks", Email: "zoe@bücher.example"},
		"=?utf-8?q?Ines=E2=80=AEx?= <ines@a.example>": {Name: "=?utf-8?q?Ines=E2=80=AEx?= <ines@a.example>", Email: "ines@a.example"},
	} {
		if got, _ := ParseRequester(text, ""); got != want {
			t.Errorf("%q is read as %+v, want %+v", text, got, want)
		}
	}
	for r, want := range map[Requester]string{{Name: "Ines", Email: "i@x"}: "Ines", {Email: "i@x", ID: "7"}: "i@x", {ID: "7"}: "7", {}: ""} {
		if got := r.String(); got != want {
			t.Errorf("%+v is shown as %q", r, got)
		}
	}
}

// FuzzRequesterOf: whatever is sent, an address that was read is one that compares, and nothing
// hides beside it.
func FuzzRequesterOf(f *testing.F) {
	for _, seed := range ownSpellings {
		f.Add(seed)
	}
	f.Add("\"@\xff")
	f.Fuzz(func(t *testing.T, text string) {
		r, fault := ParseRequester(text, "")
		if (fault == "") != r.comparable() {
			t.Errorf("%q is read as %+v, which compares: %v, with fault %q", text, r, r.comparable(), fault)
		}
		if r.Email != "" && !(Person{Email: r.Email}).Is(r) {
			t.Errorf("%q gives %+v, which is not the person with that address", text, r)
		}
	})
}

// TestCallback_StateRequester: the transition holds its own rule, whoever calls it.
func TestCallback_StateRequester(t *testing.T) {
	t.Parallel()
	known := Requester{Email: "ines@harborline.example"}
	for name, c := range map[string]Callback{"Decided": {State: Decided}, "Known": {State: Pending, Request: Request{Requester: known}}} {
		if _, err := c.StateRequester(Requester{ID: "u-1"}, "So.", t0, Actor{ID: "u-ops"}); !errors.Is(err, ErrConflict) || c.Requester.ID != "" {
			t.Errorf("%s: got %v, and it is asked for by %+v", name, err, c.Requester)
		}
	}
}
