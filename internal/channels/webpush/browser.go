package webpush

import (
	"crypto/ecdh"
	"net/url"
	"strings"
	"time"

	"countersign/internal/fault"
	"countersign/internal/notice"
)

// services are the hosts of the push services of browsers. One that begins with a dot stands for
// every host below it.
var services = []string{
	"fcm.googleapis.com",         // Chrome, Opera, Samsung Internet, Edge on Android
	".push.services.mozilla.com", // Firefox
	".notify.windows.com",        // Edge
	".push.apple.com",            // Safari
}

// Bounds of what a browser says of itself.
const (
	maxEndpoint = 1000 // bytes
	maxName     = 100  // bytes
)

// Registration is what a browser says when its user subscribes: all of it comes from outside.
type Registration struct {
	Endpoint     string
	P256DH, Auth string // base64url
	Browser      string // its name, for the list of them
}

// Subscription makes the subscription of a person's browser. It returns a [fault.List] if the
// browser's words cannot be right, or if its push service is not one that the desk calls.
func (c *Channel) Subscription(r Registration, person string, now time.Time) (notice.Subscription, error) {
	var faults fault.List
	if !c.calls(r.Endpoint) {
		faults.Add("/endpoint", "This desk does not call the push service of this browser.")
	}
	if bytes, err := base64url.DecodeString(trimmed(r.P256DH)); err != nil || !onCurve(bytes) {
		faults.Add("/p256dh", "This is no public key.")
	}
	if bytes, err := base64url.DecodeString(trimmed(r.Auth)); err != nil || len(bytes) != 16 {
		faults.Add("/auth", "This is no secret of 16 bytes.")
	}
	if len(r.Browser) > maxName {
		faults.Add("/browser", "At most %d bytes.", maxName)
	}
	if err := faults.Err(); err != nil {
		return notice.Subscription{}, err
	}
	return notice.Subscription{
		ID: c.ID(r.Endpoint), Person: person, Endpoint: r.Endpoint,
		P256DH: trimmed(r.P256DH), Auth: trimmed(r.Auth), Browser: r.Browser, MadeAt: now,
	}, nil
}

// ID names the subscription of an endpoint under the present key.
func (c *Channel) ID(endpoint string) string { return digest(endpoint, 16) + "." + c.key }

// Current reports whether a subscription was made for the present key. Others reach nobody.
func (c *Channel) Current(id string) bool { return strings.HasSuffix(id, "."+c.key) }

// trimmed is base64url without the padding that some browsers write.
func trimmed(text string) string { return strings.TrimRight(text, "=") }

func onCurve(point []byte) bool {
	_, err := ecdh.P256().NewPublicKey(point)
	return err == nil
}

// calls reports whether an address is one of a push service that is known.
func (c *Channel) calls(endpoint string) bool { return c.serviceOf(endpoint) != "" }

// serviceOf is the push service of an address, as [services] has it; empty for those that are not
// known.
func (c *Channel) serviceOf(endpoint string) string {
	at, err := url.Parse(endpoint)
	switch {
	case err != nil || len(endpoint) > maxEndpoint || at.User != nil || at.Fragment != "" || at.Host == "":
		return ""
	case c.config.StandIn != "" && at.Scheme+"://"+at.Host == c.config.StandIn:
		return c.config.StandIn
	case at.Scheme != "https" || at.Port() != "" && at.Port() != "443":
		return ""
	}
	host := strings.ToLower(at.Hostname())
	for _, service := range services {
		if host == service || strings.HasPrefix(service, ".") && strings.HasSuffix(host, service) {
			return service
		}
	}
	return ""
}
