package deskfile

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"countersign/internal/arn"
	"countersign/internal/config/strictyaml"
	"countersign/internal/loopback"
)

// keyBytes is the length of an AES-256 key.
const keyBytes = 32

// FormatText is the format of functions that read bare text.
const FormatText = "text"

// Codec is a codec server of the operator.
type Codec struct {
	URL   string  `yaml:"url"`
	Token *Secret `yaml:"token"`
}

var codecKeys = strictyaml.Table{
	"url": {
		Help:     "Address before /encode and /decode: https, or http on this machine only.",
		Example:  "https://codec.example.com/v1",
		Required: true,
		Pattern:  `^https?://[^\s?#@]+$`,
		Words: "write an address without user, query and fragment, as " +
			"https://codec.example.com/v1",
	},
	"token": {
		Help:     "Bearer token of the desk there, at least 32 characters.",
		Example:  "{file: /run/secrets/codec-token}",
		Required: true,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Codec) Table() strictyaml.Table { return codecKeys }

// Formats returns the functions whose results are something else than plain JSON, by name.
func (d *Desk) Formats() map[string]Function {
	all := make(map[string]Function)
	for name, f := range d.Functions {
		if f.Format == FormatText || f.encoded() > 0 {
			all[name] = f
		}
	}
	return all
}

// Remote are the functions whose results are encoded by something that may be away: a key of AWS
// KMS or a codec server. They are sorted.
func (d *Desk) Remote() (names []string) {
	for name, f := range d.Functions {
		if f.KMSKey != "" || f.Codec != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// encoded counts the ways in which results are encoded: one, or none.
func (f Function) encoded() (ways int) {
	for _, way := range []bool{f.EncryptionKey != nil, f.KMSKey != "", f.Codec != nil} {
		if way {
			ways++
		}
	}
	return ways
}

// AESKey returns the bytes of EncryptionKey, nil if there is none.
func (f Function) AESKey() []byte {
	if f.EncryptionKey == nil {
		return nil
	}
	return decodeKey(f.EncryptionKey.value)
}

// decodeKey decodes a key in base64. It is nil if the text is not a key.
func decodeKey(text string) []byte {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != keyBytes {
		return nil
	}
	return key
}

// checkFormat notes what is wrong with the format of a function, without repeating a secret.
func (c *checker) checkFormat(name string, f Function, at strictyaml.Path) {
	first := at
	for _, way := range []struct {
		key   string
		given bool
	}{{"encryptionKey", f.EncryptionKey != nil}, {"kmsKey", f.KMSKey != ""}, {"codec", f.Codec != nil}, {"format", f.Format == FormatText}} {
		if way.given {
			first = at.Key(way.key)
			break
		}
	}
	switch {
	case first == at:
		return
	case arn.Parse(name).Resource != "" || Every(name):
		c.doc.Fault(first, "a format or key is for a function by its name alone: write it under that name")
		return
	case f.encoded() > 1:
		c.doc.Fault(at, "encryptionKey, kmsKey and codec are ways to do the same: keep one")
	case f.Format == FormatText && f.encoded() > 0 && f.Codec == nil:
		c.doc.Fault(at.Key("format"), "what is encrypted is JSON: remove the key")
	}
	if f.EncryptionKey != nil && c.readSecret(f.EncryptionKey, at.Key("encryptionKey")) && f.AESKey() == nil {
		c.doc.Fault(at.Key("encryptionKey"), "the key must be 32 bytes in base64: %s", makeKey)
	}
	if f.Codec != nil {
		c.checkCodec(f.Codec, at.Key("codec"))
	}
}

func (c *checker) checkCodec(codec *Codec, at strictyaml.Path) {
	place, err := url.Parse(codec.URL)
	if codec.URL != "" && (err != nil || place.Scheme != "https" && !loopback.Host(place.Hostname())) {
		c.doc.Fault(at.Key("url"), "the token and the data would travel in the clear: write https")
	}
	if strings.HasSuffix(codec.URL, "/") {
		c.doc.Fault(at.Key("url"), "the address ends with a slash: remove it")
	}
	if codec.Token != nil && c.readSecret(codec.Token, at.Key("token")) {
		if what := tokenFault(codec.Token.value); what != "" {
			c.doc.Fault(at.Key("token"), "%s", what)
		}
	}
}
