package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"countersign/internal/config/deskfile"
	"countersign/internal/config/strictyaml"
)

// replacedVariables are those that countersign.yaml replaces, each with its X_FILE.
var replacedVariables = []string{
	"ROLE_REVIEWER_GROUPS", "ROLE_ADMIN_GROUPS", "ROLE_AUDITOR_GROUPS", "QUEUES", "SOURCES", "SNS_TOPICS",
	"ENCRYPTION_KEYS", "ACCOUNTS", "WATCH",
}

// replaced returns the names of the replaced variables that are set.
func replaced(environ map[string]string) (names []string) {
	for _, short := range replacedVariables {
		for _, name := range []string{Prefix + short, Prefix + short + fileSuffix} {
			if environ[name] != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// refuseReplaced returns an error that names the replaced variables that are set, and the way out.
func refuseReplaced(environ map[string]string) error {
	names := replaced(environ)
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("countersign.yaml has replaced %s: `countersign config from-env --secrets DIR > countersign.yaml` "+
		"writes what they say; name that file in %sCONFIG_FILE, and remove them", strings.Join(names, ", "), Prefix)
}

// Rewritten is countersign.yaml as variables said it before there was that file.
type Rewritten struct {
	File    []byte
	Secrets map[string]string // that the file names, by path
}

// Rewrite returns the countersign.yaml that says what the replaced variables say. Secrets, which the
// file cannot hold, go to files in a folder. The arguments are those of [Load]. The error joins what
// is wrong with the variables, one line each.
func Rewrite(
	environ map[string]string, readFile func(string) ([]byte, error), folder string,
) (Rewritten, error) {
	r := rewriter{problems: make(problems), folder: folder, secrets: make(map[string]string)}
	r.values = readNamed(replacedVariables, environ, readFile, r.problems)
	r.desk.Roles = deskfile.Roles{
		Reviewers: r.names("ROLE_REVIEWER_GROUPS"), Admins: r.names("ROLE_ADMIN_GROUPS"), Auditors: r.names("ROLE_AUDITOR_GROUPS"),
	}
	r.queues()
	r.topics()
	r.object("ACCOUNTS", &r.desk.Accounts)
	r.sources()
	r.functions()
	if err := r.problems.plain(replacedVariables); err != nil {
		return Rewritten{}, err
	}
	return Rewritten{strictyaml.Write(r.desk, false), r.secrets}, nil
}

type rewriter struct {
	problems problems
	values   map[string]string // by name
	folder   string
	desk     deskfile.Desk
	secrets  map[string]string
}

func (r *rewriter) names(short string) []string {
	var list Names
	if err := list.UnmarshalText([]byte(r.values[Prefix+short])); err != nil {
		r.problems.add(Prefix+short, "%s", err)
	}
	return once(list)
}

// once returns a list without what stands in it already: the file refuses doubles.
func once(list []string) (single []string) {
	for _, item := range list {
		if !slices.Contains(single, item) {
			single = append(single, item)
		}
	}
	return single
}

// object reads a variable that holds a JSON object. The names of its members are those of the file.
func (r *rewriter) object(short string, into any) {
	text := r.values[Prefix+short]
	if text == "" {
		return
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		_, err = decoder.Token() // text after the object
	} else if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if !errors.Is(err, io.EOF) {
		// an error of encoding/json may repeat a value, which may be secret
		r.problems.add(Prefix+short, "is not the JSON object that earlier versions read; the error is near byte %d",
			decoder.InputOffset())
	}
}

func (r *rewriter) queues() {
	r.object("QUEUES", &r.desk.Queues)
	for name, queue := range r.desk.Queues {
		queue.Groups = once(queue.Groups)
		r.desk.Queues[name] = queue
	}
}

func (r *rewriter) topics() {
	r.object("SNS_TOPICS", &r.desk.Topics)
	for arn, topic := range r.desk.Topics {
		topic.Queues = once(topic.Queues)
		r.desk.Topics[arn] = topic
	}
}

// sources moves the credentials of senders to files.
func (r *rewriter) sources() {
	var old map[string]struct {
		Secrets []Secret
		Tokens  []Secret
		Queues  []string
	}
	r.object("SOURCES", &old)
	r.desk.Sources = make(map[string]deskfile.Source)
	for name, s := range old {
		source := deskfile.Source{Queues: once(s.Queues)}
		for i, secret := range s.Secrets {
			source.Secrets = append(source.Secrets, r.secret(fmt.Sprintf("source-%s-secret-%d", name, i+1), secret))
		}
		for i, token := range s.Tokens {
			source.Tokens = append(source.Tokens, r.secret(fmt.Sprintf("source-%s-token-%d", name, i+1), token))
		}
		r.desk.Sources[name] = source
	}
}

// functions joins what was said of a function in several variables, and moves its key to a file.
func (r *rewriter) functions() {
	var watches map[string]deskfile.Watch
	var keys map[string]Secret
	r.object("WATCH", &watches)
	r.object("ENCRYPTION_KEYS", &keys)
	r.desk.Functions = make(map[string]deskfile.Function)
	for name, watch := range watches {
		watch.Except.Names, watch.Except.Subtypes = once(watch.Except.Names), once(watch.Except.Subtypes)
		r.desk.Functions[name] = deskfile.Function{Watch: &watch}
	}
	for name, key := range keys {
		f := r.desk.Functions[name]
		secret := r.secret("function-"+name+"-key", key)
		f.EncryptionKey = &secret
		r.desk.Functions[name] = f
	}
}

// secret notes a secret for a file in the folder, and returns its place.
func (r *rewriter) secret(name string, value Secret) deskfile.Secret {
	path := filepath.Join(r.folder, strings.ReplaceAll(name, string(filepath.Separator), "_"))
	r.secrets[path] = string(value)
	return deskfile.Secret{File: path}
}

// plain joins the problems of variables by their short names, without examples.
func (p problems) plain(shorts []string) error {
	var all []error
	for _, short := range shorts {
		for _, what := range p[Prefix+short] {
			all = append(all, fmt.Errorf("%s%s %s", Prefix, short, what))
		}
	}
	return errors.Join(all...)
}

// SecretPaths returns the paths of the secrets, sorted.
func (r Rewritten) SecretPaths() []string { return slices.Sorted(maps.Keys(r.Secrets)) }
