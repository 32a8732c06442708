package announcement

import (
	"errors"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
)

// TestTitles: what people's tools leave in a title does not refuse a request, and what turns text
// or drives a terminal does, by name.
func TestTitles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ sent, want string }{
		"RightMark":      {"שלום\u200f (120 USD)!", "שלום\u200f (120 USD)!"},
		"LeftMark":       {"Order 4711\u200e", "Order 4711\u200e"},
		"ArabicMark":     {"\u061cطلب 4711", "\u061cطلب 4711"},
		"ClosedIsolate":  {"For \u2068أحمد\u2069: 5,000 EUR", "For \u2068أحمد\u2069: 5,000 EUR"},
		"SoftHyphen":     {"Donau\u00addampf\u00adschiff", "Donaudampfschiff"},
		"BOM":            {"\ufeffRefund 4711", "Refund 4711"},
		"BOMAndBlank":    {"\ufeff \u200bRefund\ufeff 4711 \ufeff", "Refund 4711"},
		"WordJoiner":     {"A\u2060B", "AB"},
		"ZeroWidthSpace": {"a\u200bb", "ab"},
		"Scotland":       {"Trip 🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", "Trip 🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"},
		"Tags":           {"hi\U000E0068\U000E0069", "hi"},
		"Family":         {"👩\u200d👧 ❤\ufe0f", "👩\u200d👧 ❤\ufe0f"},
		"Persian":        {"می\u200cخواهم", "می\u200cخواهم"},
		"LineEnd":        {"\r\n Refund 4711\n", "Refund 4711"},
		"Tab":            {"Refund\t4711", "Refund 4711"},
		"Imitation":      {"a ⟨U+202E⟩", "a ⟨U+202E⟩"},
	} {
		c, _, err := announcement(func(a *Announcement) { a.Title = tc.sent }).Callback("expenses", nil, queues, t0)
		if err != nil || c.Title != tc.want {
			t.Errorf("%s: %+q, want %+q (%v)", name, c.Title, tc.want, err)
		}
	}
	for sent, want := range map[string]string{
		"Refund \u202e1174":  "character 8 is U+202E (right-to-left override)",
		"\ufeffa\u00adb\x1b": "character 4 is U+001B (escape)",
		"a\u202ab\u202c":     "character 2 is U+202A (left-to-right embedding)",
		"a \u2068b":          "character 3 is U+2068 (first strong isolate)",
		"a\u2069":            "character 2 is U+2069 (pop directional isolate)",
		"two\nlines":         "character 4 is U+000A (line feed)",
		"a\u2028b":           "character 2 is U+2028 (line separator)",
		"a\x00":              "character 2 is U+0000 (null)",
		"a\u009b2J":          "character 2 is U+009B (control sequence introducer)",
		"a\xffb":             "character 2 is U+FFFD (replacement character)",
		"ab\uFFFD":           "character 3 is U+FFFD (replacement character)",
	} {
		_, _, err := announcement(func(a *Announcement) { a.Title = sent }).Callback("expenses", nil, queues, t0)
		faults, ok := errors.AsType[fault.List](err)
		if !ok || faults[0].Pointer != "/title" || !strings.HasPrefix(faults[0].Detail, want) {
			t.Errorf("%+q: got %v, want %s", sent, err, want)
		}
	}
}

// TestLinesNameTheCharacter: other lines are refused for what cannot be seen, at their place and by
// name.
func TestLinesNameTheCharacter(t *testing.T) {
	t.Parallel()
	for pointer, change := range map[string]func(*Announcement, string){
		"/requester":     func(a *Announcement, s string) { a.Requester = s },
		"/function":      func(a *Announcement, s string) { a.Function = s },
		"/name":          func(a *Announcement, s string) { a.Name = s },
		"/executionArn":  func(a *Announcement, s string) { a.ExecutionARN = s },
		"/tags/0":        func(a *Announcement, s string) { a.Tags = []string{s} },
		"/links/0/title": func(a *Announcement, s string) { a.Links = []callbacks.Link{{Title: s, URL: "https://a.test"}} },
		"/outcomes/0/label": func(a *Announcement, s string) {
			a.Outcomes = callbacks.DefaultOutcomes(callbacks.Failure)
			a.Outcomes[0].Label = s
		},
		"/outcomes/1/errorType": func(a *Announcement, s string) {
			a.Outcomes = callbacks.DefaultOutcomes(callbacks.Failure)
			a.Outcomes[1].ErrorType = s
		},
	} {
		for _, bad := range []rune{'\u202e', '\u200b', '\u0000', '\u001b', '\u00ad', '\u3164', '\n', '\uFFFD'} {
			_, _, err := announcement(func(a *Announcement) { change(a, "ab"+string(bad)+"c") }).Callback("expenses", nil, queues, t0)
			faults, ok := errors.AsType[fault.List](err)
			if !ok || len(faults) != 1 || faults[0].Pointer != pointer || !strings.HasPrefix(faults[0].Detail, "character 3 is U+") {
				t.Errorf("%s with %U: %v", pointer, bad, err)
			}
		}
		for _, good := range []string{"أحمد خليل\u200f!", "می\u200cخواهم", "👩\u200d👧", "Zoë"} {
			if _, _, err := announcement(func(a *Announcement) { change(a, good) }).Callback("expenses", nil, queues, t0); err != nil {
				t.Errorf("%s refuses %+q: %v", pointer, good, err)
			}
		}
	}
}

func TestLinkAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://a.test":                               "",
		"https://a.test.:8443/x?y=1#z":                 "",
		"http://127.0.0.1:8080/":                       "",
		"https://[2001:db8::1]/":                       "",
		"https://münchen.example/":                     "",
		"https://xn--mnchen-3ya.example":               "",
		"https://build_1.corp.example":                 "",
		"https://bank.example@evil.test":               "an address without a user",
		"https://u:p@a.test/":                          "an address without a user",
		"https://a..test/":                             "is no host",
		"https://-a.test/":                             "is no host",
		"https://" + strings.Repeat("a", 64) + ".test": "is no host",
		"https://a b.test/":                            "an absolute",
		"https://a\u202e.test/":                        "is no host",
		"https://a\u200b.test/":                        "is no host",
		"https://a。test⁄x/":                            "is no host",
		"https://a.test:99999/":                        "is no host",
		`https://a.test\@b.test/`:                      "an absolute",
		`https://a.test\b/`:                            "an absolute",
		"https://:443/":                                "is no host",
		"ftp://a.test":                                 "an absolute",
	} {
		_, _, err := announcement(func(a *Announcement) { a.Links = []callbacks.Link{{URL: address}} }).Callback("expenses", nil, queues, t0)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%+q: %v, want %q", address, err, want)
		}
	}
}
