package auth

import (
	"regexp"
	"strings"

	"countersign/internal/printable"
)

// maxBrowser bounds, in runes, how much of a browser's name is kept.
const maxBrowser = 80

// products are the names that browsers use for themselves, the more exact name first, because most
// of them also claim to be Chrome and Safari.
var products = []struct {
	name    string
	version *regexp.Regexp
}{
	{"Edge", product("Edg|EdgA|EdgiOS")},
	{"Opera", product("OPR")},
	{"Samsung Internet", product("SamsungBrowser")},
	{"Firefox", product("Firefox|FxiOS")},
	{"Chrome", product("Chrome|CriOS|HeadlessChrome")},
	{"Safari", regexp.MustCompile(`Version/(\d{1,4})\S* .*Safari/`)},
}

func product(names string) *regexp.Regexp {
	return regexp.MustCompile(`\b(?:` + names + `)/(\d{1,4})`)
}

// systems are the names of operating systems in that header, the more exact name first.
var systems = []struct{ sign, name string }{
	{"Android", "Android"}, {"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
}

// BrowserName shortens a User-Agent header to a name such as "Firefox 145 on Linux". Anybody can
// write anything there: for a browser that is not known, it returns the first words of the header.
func BrowserName(userAgent string) string {
	userAgent = userAgent[:min(len(userAgent), 1000)]
	name := ""
	for _, p := range products {
		if version := p.version.FindStringSubmatch(userAgent); version != nil {
			name = p.name + " " + version[1]
			break
		}
	}
	if name == "" {
		first, _, _ := strings.Cut(userAgent, " (")
		return printable.Fold(strings.ToValidUTF8(first, ""), maxBrowser)
	}
	for _, s := range systems {
		if strings.Contains(userAgent, s.sign) {
			return name + " on " + s.name
		}
	}
	return name
}
