package deskfile

import (
	schemas "countersign/internal/schema"
	"errors"
	"flag"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
)

var rewrite = flag.Bool("update", false, "write what the package makes into the files that repeat it")

// goodSecret, goodToken and goodKey are credentials that pass.
const (
	goodSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="
	goodToken  = "t0ken-t0ken-t0ken-t0ken-t0ken-t0ken"
	goodKey    = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlLi4="
)

// surroundings have the secrets that the files of these tests name.
func surroundings() Surroundings {
	files := map[string]string{
		"/run/secrets/good": goodSecret + "\n", "/run/secrets/key": goodKey, "/run/secrets/empty": "\n",
		"/run/secrets/short": "whsec_c2hvcnQ=", "/run/secrets/plain": goodToken, "/run/secrets/torn": "whsec_c2hvcnQ",
		"/run/secrets/good2": goodSecret2, "/run/secrets/slack": "xoxb-1-2-3", "/run/secrets/teams": teamsURL, "/run/secrets/vapid": goodPushKey,
		"/run/secrets/spaced":    "a token of thirty-two characters and more",
		"/etc/countersign/token": goodToken + "\r\n",
	}
	return Surroundings{
		ReadFile: func(path string) ([]byte, error) {
			text, ok := files[path]
			if !ok {
				return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
			}
			return []byte(text), nil
		},
		Variables: map[string]string{"SHORT_TOKEN": "short"},
		Region:    "eu-central-1", Conditions: compile, Forms: schemas.NewCompiler(),
	}
}

// text is a condition that was compiled.
type text string

func (text) Holds(*callbacks.Reading) (bool, error) { return true, nil }

// compile takes every text but those with a question mark, which are wrong there.
func compile(when string) (callbacks.Condition, error) {
	for i, line := range strings.Split(when, "\n") {
		if column := strings.Index(line, "?"); column >= 0 {
			return nil, &callbacks.ConditionFault{Line: i + 1, Column: column + 1, Text: "there is no ?"}
		}
	}
	return text(when), nil
}

// faultsOf returns the messages about a file, without its name.
func faultsOf(t *testing.T, text string) (lines []string) {
	t.Helper()
	_, err := Parse("/etc/countersign/countersign.yaml", []byte(text), surroundings())
	if err == nil {
		return nil
	}
	faults, ok := errors.AsType[*Faults](err)
	if !ok {
		t.Fatalf("the error is a %T", err)
	}
	for _, f := range faults.List {
		lines = append(lines, f.String())
	}
	return lines
}

// brokenFile is one case of testdata/broken.txt.
type brokenFile struct{ name, text, messages string }

func brokenFiles(t *testing.T) (all []brokenFile) {
	t.Helper()
	text, err := os.ReadFile("testdata/broken.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(text), "\n=== ")[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		file, messages, found := strings.Cut(rest, "----\n")
		if !found {
			t.Fatalf("%s has no messages", name)
		}
		all = append(all, brokenFile{name, file, strings.TrimSpace(messages)})
	}
	return all
}

// TestBrokenFiles: the messages are the product.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	all := brokenFiles(t)
	if len(all) < 60 {
		t.Errorf("only %d files are broken", len(all))
	}
	for _, broken := range all {
		t.Run(broken.name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(faultsOf(t, broken.text), "\n")
			if diff := cmp.Diff(broken.messages, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
