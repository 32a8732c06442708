package untrusted

import (
	"testing"
)

func TestWebAddress(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://a.test/x?y=1#z":         "a.test https://a.test/x?y=1#z",
		"http://A.Test:8080":             "a.test:8080 http://a.test:8080",
		"https://раypal.test/":           "xn--ypal-43d9g.test https://xn--ypal-43d9g.test/",
		"https://xn--mnchen-3ya.example": "xn--mnchen-3ya.example https://xn--mnchen-3ya.example",
		"https://ｂank.example":           "bank.example https://bank.example",
		"https://build_1.corp.example/":  "build_1.corp.example https://build_1.corp.example/",
		"https://[2001:db8::1]:443/":     "[2001:db8::1]:443 https://[2001:db8::1]:443/",
		"https://127.0.0.1":              "127.0.0.1 https://127.0.0.1",
		"https://a.test/\u202e":          "a.test https://a.test/%E2%80%AE",
		"https://bank.example@evil.test": " ",
		"https://a\u202eb.test":          " ",
		"https://a\u200bb.test":          " ",
		"https://a..test":                " ",
		"https://.":                      " ",
		"https:/x":                       " ",
		"https://xn--a.test":             " ",
		"javascript:alert(1)":            " ",
		"//a.test":                       " ",
		"https://a b.test":               " ",
		"https://a.test:0":               " ",
		"https://a.test:65536":           " ",
		"https://a.test:65535/":          "a.test:65535 https://a.test:65535/",
	} {
		address, host, ok := WebAddress(raw)
		if got := host + " " + address; got != want || ok != (want != " ") {
			t.Errorf("%+q: got %s, %v; want %s", raw, got, ok, want)
		}
	}
}

func TestMailAddress(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"mailto:a@b.test":                   "a@b.test",
		"mailto:a@B.test,c@d.test?cc=e@f.g": "a@b.test,c@d.test?cc=e@f.g",
		"mailto:%65vil@x.test":              "evil@x.test",
		"mailto:boss@аррӏе.com":             "boss@xn--80ak6aa92e.com",
		"mailto:boss@%D0%B0pple.com":        "boss@xn--pple-43d.com",
		"mailto:good@bank.test@evil.test":   "good@bank.test@evil.test",
		"mailto:a@b.test?to=boss@аррӏе.com": "",
		"mailto:a@b\u202e.test":             "",
		"mailto:a@":                         "",
		"mailto:":                           "",
		"mailto:b.test":                     "",
		"mailto:a@b.test%":                  "",
		"MAILTO:a@b.test":                   "",
		"a@b.test":                          "",
	} {
		if shown, ok := MailAddress(raw); shown != want || ok != (want != "") {
			t.Errorf("%+q: got %q, %v; want %q", raw, shown, ok, want)
		}
	}
}
