package deskfile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/config/strictyaml"
	"countersign/internal/form"
)

// Surroundings are what a file refers to.
type Surroundings struct {
	ReadFile  func(path string) ([]byte, error) // [ReadFile], outside tests
	Variables map[string]string                 // by name
	Region    string                            // of functions that name none
	// Conditions compiles what rules ask of a request.
	Conditions callbacks.Conditions
	// Forms reads the forms of templates.
	Forms form.Compiler
	// SkipSecrets leaves secrets unread, for a check where they are not. Such a Desk cannot serve.
	SkipSecrets bool
}

// Faults are everything that is wrong with a file. They are an error with a line for each.
type Faults struct {
	File string
	List []strictyaml.Fault
}

// Error returns a line for each fault: FILE:LINE:COLUMN: KEY: what is wrong: what to write.
func (f *Faults) Error() string {
	var b strings.Builder
	for i, fault := range f.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%s", f.File, fault)
	}
	return b.String()
}

// Load reads and checks a file. The error is a [*Faults] if the file is wrong, and another one if it
// cannot be read.
func Load(path string, s Surroundings) (*Desk, error) {
	text, err := s.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return Parse(path, text, s)
}

// Parse checks the text of a file. The error is a [*Faults].
func Parse(path string, text []byte, s Surroundings) (*Desk, error) {
	desk := new(Desk)
	c := checker{Surroundings: s, folder: filepath.Dir(path), desk: desk, doc: strictyaml.Read(text, desk)}
	c.check()
	if faults := c.doc.Faults(); len(faults) > 0 {
		return nil, &Faults{path, faults}
	}
	desk.inForce()
	sum := sha256.Sum256(text)
	desk.doc = c.doc
	desk.Version, desk.text = hex.EncodeToString(sum[:]), string(text)
	return desk, nil
}

// checker applies the rules that a value cannot be checked against alone.
type checker struct {
	Surroundings
	folder string // of the file
	desk   *Desk
	doc    *strictyaml.Document
}

func (c *checker) check() {
	if !c.doc.Readable() {
		return
	}
	c.checkRoles()
	c.checkQueues()
	c.checkSources()
	c.checkTopics()
	c.checkFunctions()
	c.checkAccounts()
	c.checkChannels()
	c.checkRoutes()
}

// ReadFile reads a file of bounded size: a wrong path must not fill the memory.
func ReadFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, strictyaml.MaxBytes+1))
}

// unreadable says why a file cannot be read, and what to do.
func unreadable(path string, err error) error {
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: name the file in it, as %s", path, filepath.Join(path, "countersign.yaml"))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such file", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s may not be read by this user: change its owner or mode", path)
	}
	return fmt.Errorf("%s cannot be read: %w", path, err)
}

// Shown returns a desk as a file that says all that is in force. Secrets are only named.
func (d *Desk) Shown() []byte { return strictyaml.Write(d, true) }

// ShortVersion is the beginning of Version, enough for people to compare.
func (d *Desk) ShortVersion() string { return callbacks.ConfigVersion(d.Version).Short() }
