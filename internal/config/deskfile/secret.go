package deskfile

import (
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"

	"countersign/internal/config/strictyaml"
)

// Secret says where a secret is, and holds it. It prints only where it is; Reveal gives the secret.
type Secret struct {
	File string `yaml:"file"`
	Env  string `yaml:"env"`

	value string
}

var secretKeys = strictyaml.Table{
	"file": {
		Help: "File that holds the secret; a line end at its end is dropped. A relative path " +
			"begins at the folder of this file.",
		Example: "/run/secrets/expenses",
	},
	"env": {Help: "Variable that holds the secret.", Example: "EXPENSES_SECRET"},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Secret) Table() strictyaml.Table { return secretKeys }

// Advice tells where secrets go, for whoever writes one into the file.
func (Secret) Advice() string {
	return "a secret never stands in this file: write {file: /run/secrets/NAME} or {env: NAME}"
}

// Reveal returns the secret.
func (s Secret) Reveal() string { return s.value }

// String says where the secret is.
func (s Secret) String() string {
	if s.File != "" {
		return "file " + s.File
	}
	return "variable " + s.Env
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// readSecret reads a secret into its field. It reports whether there is one to check. No fault
// repeats what stands in the place of a file or variable: it may be the secret itself.
func (c *checker) readSecret(s *Secret, at strictyaml.Path) bool {
	if c.doc.Faulty(at) {
		return false
	}
	switch {
	case s.File == "" && s.Env == "":
		c.doc.Fault(at, "no secret is named: write {file: /run/secrets/NAME} or {env: NAME}")
		return false
	case s.File != "" && s.Env != "":
		c.doc.Fault(at, "a file and a variable are named: keep one")
		return false
	case c.SkipSecrets:
		return false
	case s.Env != "":
		s.value = c.Variables[s.Env]
		if s.value == "" {
			c.doc.Fault(at.Key("env"), "the variable that should hold the secret is not set")
		}
	default:
		s.value = c.readSecretFile(s.File, at.Key("file"))
	}
	return s.value != ""
}

func (c *checker) readSecretFile(path string, at strictyaml.Path) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.folder, path)
	}
	text, err := c.ReadFile(path)
	if err != nil {
		if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
			err = pathErr.Err // without the path
		}
		c.doc.Fault(at, "the file with the secret cannot be read: %v", err)
		return ""
	}
	value := strings.TrimRight(string(text), "\r\n")
	if value == "" {
		c.doc.Fault(at, "the file with the secret is empty")
	}
	return value
}

// SecretVariables returns the names of the variables that hold secrets of the desk.
func (d *Desk) SecretVariables() (names []string) {
	for _, source := range d.Sources {
		for _, s := range slices.Concat(source.Secrets, source.Tokens) {
			names = append(names, s.Env)
		}
	}
	for _, f := range d.Functions {
		if f.EncryptionKey != nil {
			names = append(names, f.EncryptionKey.Env)
		}
		if f.Codec != nil {
			names = append(names, f.Codec.Token.Env)
		}
	}
	return append(names, d.Channels.secretVariables()...)
}
