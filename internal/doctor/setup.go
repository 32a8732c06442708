package doctor

import (
	"fmt"

	"countersign/internal/plural"
)

// Setup is the part of the configuration that may be valid but not what the operator wants.
type Setup struct {
	BaseURL        string
	HTTPS          bool
	TrustedProxies bool
	Admins         bool     // some group gives the admin role
	Senders        int      // of webhooks
	Topics         int      // of SNS
	Watched        int      // functions that are searched
	KeyFile        error    // why serve refuses the file with the session key; nil if it does not
	Unknown        []string // variables that look like settings but are not
}

// Sections judges a configuration that is complete.
func (s Setup) Sections() []Section {
	findings := []Finding{ok("complete; the public address is %s", s.BaseURL), s.arrivals()}
	for _, name := range s.Unknown {
		findings = append(findings, warning("%s is set, but no such setting exists", name).todo("It is ignored. countersign serve -h lists the settings."))
	}
	if s.KeyFile != nil {
		findings = append(findings, problem("serve refuses to start, for the key of the sessions: %s", s.KeyFile))
	}
	if !s.Admins {
		findings = append(findings, warning("no group has the role of admin, so nobody can retry a failed delivery").
			todo("Name one under roles.admins in countersign.yaml."))
	}
	if s.HTTPS && !s.TrustedProxies {
		findings = append(findings, warning("no proxy is trusted, so everybody seems to come from the address of the TLS proxy").
			todo("Set COUNTERSIGN_TRUSTED_PROXIES to the network of the proxy. Until then, all senders and people share one limit for webhooks and sign-ins."))
	}
	return []Section{{"Configuration", findings}}
}

// arrivals reports how requests can arrive.
func (s Setup) arrivals() Finding {
	if s.Senders+s.Topics+s.Watched == 0 {
		return warning("no request can arrive: no sender, SNS topic or function to search is configured").
			todo("In countersign.yaml, list sources for functions that announce their callbacks, or functions with watch to find callbacks that nobody announces.")
	}
	text := "requests arrive from"
	for _, way := range []struct {
		n     int
		thing string
	}{{s.Senders, "sender"}, {s.Topics, "SNS topic"}, {s.Watched, "searched function"}} {
		if way.n > 0 {
			text += fmt.Sprintf(" %s,", plural.Count(way.n, way.thing))
		}
	}
	return ok("%s", text[:len(text)-1])
}
