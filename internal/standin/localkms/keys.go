package localkms

import (
	"crypto/cipher"
	"crypto/rand"
	"strings"
	"sync"

	"countersign/internal/standin/locallambda/wire"
)

// Config says where the keys are.
type Config struct {
	Region  string
	Account string // 12 digits; if empty, 123456789012
	// Observe, if not nil, is told each request before it is answered, also those that are refused. It
	// must not block.
	Observe func(Request)
}

// Request is one request, as an audit of KMS has it.
type Request struct {
	Operation string // GenerateDataKey or Decrypt
	Key       string // ARN; empty if there is no such key
	Context   map[string]string
	Refused   string // code of the error; empty if there was none
}

// State says what a key can be used for.
type State string

// The states.
const (
	Enabled         State = "Enabled"
	Disabled        State = "Disabled"
	PendingDeletion State = "PendingDeletion"
	// Denied is no state of KMS: the key's policy allows the callers nothing.
	Denied State = "Denied"
)

// KMS holds keys. It is safe for concurrent use.
type KMS struct {
	config Config

	mu      sync.Mutex
	keys    map[string]*key   // by ID
	aliases map[string]string // their key's ID, by alias/NAME
}

type key struct {
	id, arn string
	state   State
	aead    cipher.AEAD
}

// New returns a KMS without keys.
func New(c Config) *KMS {
	if c.Account == "" {
		c.Account = "123456789012"
	}
	return &KMS{config: c, keys: map[string]*key{}, aliases: map[string]string{}}
}

// CreateKey makes a symmetric key with aliases, each written alias/NAME, and returns its ARN. An
// alias that another key has moves to the new one.
func (k *KMS) CreateKey(aliases ...string) string {
	secret := make([]byte, keyBytes)
	_, _ = rand.Read(secret) // never fails
	id := wire.NewUUID()
	made := &key{id: id, arn: k.arn("key/" + id), state: Enabled, aead: gcm(secret)}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys[id] = made
	for _, alias := range aliases {
		k.aliases[alias] = id
	}
	return made.arn
}

// SetState changes the state of a key that exists.
func (k *KMS) SetState(arn string, s State) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys[strings.TrimPrefix(arn, k.arn("key/"))].state = s
}

func (k *KMS) arn(resource string) string {
	return "arn:aws:kms:" + k.config.Region + ":" + k.config.Account + ":" + resource
}

// find returns the key that a request names by ID, ARN, alias or the ARN of an alias.
func (k *KMS) find(name string) (*key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	local := strings.TrimPrefix(strings.TrimPrefix(name, k.arn("")), "key/")
	if id, ok := k.aliases[local]; ok {
		local = id
	}
	found, ok := k.keys[local]
	switch {
	case name == "":
		return nil, refusal("ValidationException", "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null")
	case !ok && strings.HasPrefix(local, "alias/"):
		return nil, refusal("NotFoundException", "Alias %s is not found.", k.arn(local))
	case !ok:
		return nil, refusal("NotFoundException", "Key '%s' does not exist", name)
	}
	return found, found.usable()
}

// usable returns why a key cannot be used. Its fields are read with the lock held.
func (k *key) usable() error {
	switch k.state {
	case Disabled:
		return refusal("DisabledException", "%s is disabled.", k.arn)
	case PendingDeletion:
		return refusal("KMSInvalidStateException", "%s is pending deletion.", k.arn)
	case Denied:
		return refusal("AccessDeniedException", "User is not authorized to use %s because no resource-based policy allows it", k.arn)
	case Enabled:
	}
	return nil
}
