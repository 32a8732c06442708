package intake

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"countersign/internal/desk"
)

// HeaderSource lets a sender name itself, so that only its own keys are tried.
const HeaderSource = "Countersign-Source"

const (
	// tolerance is how far a signature's timestamp may be off, as in the libraries of Standard
	// Webhooks.
	tolerance = 5 * time.Minute
	// maxMessageID and maxSignatures bound headers before we compute anything from them.
	maxMessageID  = 256
	maxSignatures = 4096
)

// Errors of [Verifier.Screen] and [Verifier.Verify]. They tell nothing about which sources or keys
// there are.
var (
	ErrNoCredentials = errors.New("the message has neither a signature nor a bearer token")
	ErrHeader        = errors.New("a header is missing or malformed")
	ErrStale         = errors.New("the timestamp is more than 5 minutes off")
	ErrNoMatch       = errors.New("no signature or token matches")
)

// Verifier knows the sources and tells who sent a message.
type Verifier struct {
	sources []Source
	keys    []key
	now     func() time.Time
}

// NewVerifier checks that each source has a name and keys of its own. Without sources the verifier
// refuses every message.
func NewVerifier(sources []Source, now func() time.Time) (*Verifier, error) {
	v := &Verifier{sources: sources, now: now}
	names, owners := map[string]bool{}, map[[sha256.Size]byte]string{}
	for i, source := range sources {
		if source.Name == "" || names[source.Name] {
			return nil, fmt.Errorf("webhook source %q: each needs a name of its own", source.Name)
		}
		names[source.Name] = true
		keys, err := source.keys(i)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			if other, taken := owners[k.digest]; taken {
				return nil, fmt.Errorf("webhook sources %q and %q: a secret or token is listed twice", other, source.Name)
			}
			owners[k.digest] = source.Name
		}
		v.keys = append(v.keys, keys...)
	}
	if len(v.keys) > maxKeys {
		return nil, fmt.Errorf("webhook sources: %d secrets and tokens together; the limit is %d", len(v.keys), maxKeys)
	}
	return v, nil
}

// Screen checks the headers alone and returns the error of [Verifier.Verify] if no body could be
// right, so that a stranger's body need not be read.
func (v *Verifier) Screen(h http.Header) error {
	if err := checkMessageID(h.Get(standardwebhooks.HeaderWebhookID)); err != nil {
		return err
	}
	may := func(k key) bool { return k.secret != nil }
	var err error
	switch {
	case h.Get(standardwebhooks.HeaderWebhookSignature) != "":
		err = v.checkSigned(h)
	case h.Get("Authorization") != "":
		may, err = bearer(h)
	default:
		err = ErrNoCredentials
	}
	if err == nil && v.find(h.Get(HeaderSource), may) < 0 {
		err = ErrNoMatch
	}
	return err
}

// Verify tells which source sent a message, by its signature (Standard Webhooks) or else its bearer
// token, and the message's ID, which is empty when a sender with a token gives none. If a message
// has a signature, only that counts.
func (v *Verifier) Verify(h http.Header, body []byte) (from desk.Source, messageID string, err error) {
	if err := v.Screen(h); err != nil {
		return desk.Source{}, "", err
	}
	// The library would check the timestamp by the system's clock. Screen checks it by ours.
	matches := func(k key) bool { return k.secret != nil && k.secret.VerifyIgnoringTimestamp(body, h) == nil }
	if h.Get(standardwebhooks.HeaderWebhookSignature) == "" {
		if matches, err = bearer(h); err != nil {
			return desk.Source{}, "", err
		}
	}
	owner := v.find(h.Get(HeaderSource), matches)
	if owner < 0 {
		return desk.Source{}, "", ErrNoMatch
	}
	from = desk.Source{Name: v.sources[owner].Name, Queues: v.sources[owner].Queues}
	return from, h.Get(standardwebhooks.HeaderWebhookID), nil
}

// find tries the keys of the named source, or of all, and returns the index of the source that
// matches, or -1. It does not stop at a match, so that its time does not tell whose key it was. The
// names of sources are no secrets.
func (v *Verifier) find(name string, matches func(key) bool) int {
	found := -1
	for _, k := range v.keys {
		if name != "" && v.sources[k.owner].Name != name {
			continue
		}
		if matches(k) {
			found = k.owner
		}
	}
	return found
}

// checkSigned checks the headers of a signed message.
func (v *Verifier) checkSigned(h http.Header) error {
	switch {
	case h.Get(standardwebhooks.HeaderWebhookID) == "":
		return headerError(standardwebhooks.HeaderWebhookID, "is missing")
	case h.Get(standardwebhooks.HeaderWebhookTimestamp) == "":
		return headerError(standardwebhooks.HeaderWebhookTimestamp, "is missing")
	case len(h.Get(standardwebhooks.HeaderWebhookSignature)) > maxSignatures:
		return headerError(standardwebhooks.HeaderWebhookSignature, "is too long")
	}
	seconds, err := strconv.ParseUint(h.Get(standardwebhooks.HeaderWebhookTimestamp), 10, 40)
	if err != nil {
		return headerError(standardwebhooks.HeaderWebhookTimestamp, "is not a time in Unix seconds")
	}
	if off := v.now().Sub(time.Unix(int64(seconds), 0)); off > tolerance || off < -tolerance {
		return ErrStale
	}
	return nil
}

// bearer returns a function that compares the request's token with a known one. It compares
// digests, so that its time tells nothing about length or beginning of a token.
func bearer(h http.Header) (func(key) bool, error) {
	scheme, token, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, headerError("Authorization", "is not the word Bearer and a token")
	}
	given := sha256.Sum256([]byte(token))
	return func(k key) bool {
		return k.secret == nil && subtle.ConstantTimeCompare(given[:], k.digest[:]) == 1
	}, nil
}

// checkMessageID accepts the IDs that Standard Webhooks allows. They have no full stop, because
// that separates the signed parts.
func checkMessageID(id string) error {
	if len(id) > maxMessageID || strings.ContainsFunc(id, func(r rune) bool { return notVisible(r) || r == '.' }) {
		return headerError(standardwebhooks.HeaderWebhookID, fmt.Sprintf("is not 1 to %d visible ASCII characters without a full stop", maxMessageID))
	}
	return nil
}

func headerError(name, fault string) error { return fmt.Errorf("%w: %s %s", ErrHeader, name, fault) }
