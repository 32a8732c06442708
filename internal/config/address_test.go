package config

import "testing"

// TestOrigin: however an operator writes the desk's address, it is kept as browsers write it in
// Host and Origin.
func TestOrigin(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://desk.example.com":              "https://desk.example.com",
		"HTTPS://Desk.Example.com/":             "https://desk.example.com",
		"https://desk.example.com:443":          "https://desk.example.com",
		"https://desk.example.com:8443":         "https://desk.example.com:8443",
		"https://Büro.example":                  "https://xn--bro-hoa.example",
		"https://xn--bro-hoa.example":           "https://xn--bro-hoa.example",
		"https://desk_1.corp.example":           "https://desk_1.corp.example",
		"http://localhost:80":                   "http://localhost",
		"http://127.0.0.1:8080":                 "http://127.0.0.1:8080",
		"http://[::1]:8080":                     "http://[::1]:8080",
		"http://[0:0:0:0:0:0:0:1]:8080":         "http://[::1]:8080",
		"https://[2001:DB8:0:0:0:0:0:9]":        "https://[2001:db8::9]",
		"https://bad\u2014name.example\u200f.x": "",
		"https://desk.example.com/path":         "",
		"http://desk.example.com":               "",
		"https://":                              "",
	} {
		var o Origin
		if err := o.UnmarshalText([]byte(text)); string(o) != want || (err == nil) != (want != "") {
			t.Errorf("%s becomes %q, %v; want %q", text, o, err, want)
		}
	}
}
