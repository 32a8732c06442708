package desk

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"countersign/internal/callbacks"
)

// SeenKeys are the keys under which pages name what they show, and a press repeats that name. A plain
// hash would do to notice that something changed, but whoever reads the page could try out against it
// what a masked value may be. The first key makes names, and all of them recognise one, so that a key
// can be replaced while pages are open.
type SeenKeys [][]byte

// NewSeenKeys derives the keys from those of sessions, which all replicas share and a restart keeps.
// Without any, the one key is random, and only this service recognises its names.
func NewSeenKeys(sessionKeys [][]byte) SeenKeys {
	if len(sessionKeys) == 0 {
		sessionKeys = [][]byte{make([]byte, sha256.Size)}
		_, _ = rand.Read(sessionKeys[0]) // never fails
	}
	var keys SeenKeys
	for _, key := range sessionKeys {
		own, err := hkdf.Key(sha256.New, key, nil, "countersign: what a page shows", sha256.Size)
		if err != nil { // the length is one that always works
			panic(err)
		}
		keys = append(keys, own)
	}
	return keys
}

// Name is what a page carries of the preview of an outcome with that digest. It differs for every
// callback and outcome, so that no two of them can be compared by it. It also changes when a history
// corrects where the callback comes from, because the page shows that beside the preview.
func (k SeenKeys) Name(of *callbacks.Callback, outcome, digest string) string {
	return k.name(of.ID, outcome, originOf(of)+digest)
}

// recognise reports whether a name is that of the digest under any of the keys.
func (k SeenKeys) recognise(name string, of *callbacks.Callback, outcome, digest string) bool {
	return k.recogniseName(name, of.ID, outcome, originOf(of)+digest)
}

// originOf marks where a callback comes from.
func originOf(c *callbacks.Callback) string {
	return mark([]string{c.ExecutionARN, c.Function, c.Name})
}

// name is for what says nothing of where the callback comes from.
func (k SeenKeys) name(id callbacks.ID, outcome, digest string) string {
	return hex.EncodeToString(nameUnder(k[0], id, outcome, digest))
}

func (k SeenKeys) recogniseName(name string, id callbacks.ID, outcome, digest string) bool {
	got, err := hex.DecodeString(name)
	return err == nil && slices.ContainsFunc(k, func(key []byte) bool {
		return hmac.Equal(got, nameUnder(key, id, outcome, digest))
	})
}

// nameAnswer is what a page carries of an answer that it does not show: somebody signed it, and the
// reader can sign it too. The plain hash of the proposal would let them try out what is in it.
func (k SeenKeys) nameAnswer(id callbacks.ID, p callbacks.Proposal) string {
	return k.name(id, p.Outcome, answerDigest(p))
}

// recognisesAnswer reports whether a name is that of a proposal's answer under any of the keys.
func (k SeenKeys) recognisesAnswer(name string, id callbacks.ID, p callbacks.Proposal) bool {
	return k.recogniseName(name, id, p.Outcome, answerDigest(p))
}

// answerDigest is no digest of a preview.
func answerDigest(p callbacks.Proposal) string { return "answer-" + p.Hash }

// revealedDigest stands for a form whose value a person has revealed. The name of it proves that, for the
// entry whose name takes the place of an outcome's, as long as the form is the same.
func revealedDigest(p callbacks.Person, brought callbacks.Form) string {
	return "revealed-" + mark([]string{p.ID, brought.Schema, brought.Value})
}

func nameUnder(key []byte, id callbacks.ID, outcome, digest string) []byte {
	named := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(named, "%q %q %q", id, outcome, digest) // a hash accepts everything
	return named.Sum(nil)
}
