package config

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// fileSuffix follows a variable's name in the name of the variable for a file that holds the value.
const fileSuffix = "_FILE"

// readVariables collects the variables that have a value. An empty variable counts as not set,
// because compose files and manifests leave such variables behind.
func readVariables(
	environ map[string]string, readFile func(string) ([]byte, error), p problems,
) map[string]string {
	var shorts []string
	for _, s := range Settings() {
		shorts = append(shorts, strings.TrimPrefix(s.Name, Prefix))
	}
	return readNamed(shorts, environ, readFile, p)
}

// readNamed collects variables by their names without the prefix.
func readNamed(
	shorts []string, environ map[string]string, readFile func(string) ([]byte, error), p problems,
) map[string]string {
	// must not be nil: env would then read the process's own environment
	values := make(map[string]string)
	for _, short := range shorts {
		name := Prefix + short
		value, path := environ[name], environ[name+fileSuffix]
		switch {
		case value != "" && path != "":
			p.add(name, "is set twice: give it or %s%s, not both", name, fileSuffix)
		case path != "":
			text, err := readFile(path)
			if err != nil {
				p.add(name, "cannot be read from the file that %s%s names: %s", name, fileSuffix, fileProblem(path, err))
				continue
			}
			value = strings.TrimRight(string(text), "\r\n")
			if value == "" {
				p.add(name, "is empty in file %s, which %s%s names", path, name, fileSuffix)
			}
		}
		if value != "" {
			values[name] = value
		}
	}
	return values
}

// fileProblem names the path exactly once, whether or not the error does.
func fileProblem(path string, err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	return fmt.Sprintf("%s: %v", path, err)
}

// Unknown lists the variables that look like settings but are not, most likely because they are
// misspelt. It leaves out those that hold secrets of the desk, and those that Kubernetes and Docker
// make for a service with our name.
func (c Config) Unknown(environ map[string]string) []string {
	known := make(map[string]bool)
	for _, name := range c.Desk.SecretVariables() {
		known[name] = true
	}
	for _, s := range Settings() {
		known[s.Name], known[s.Name+fileSuffix] = true, true
	}
	var unknown []string
	for name := range environ {
		rest, ours := strings.CutPrefix(name, Prefix)
		service := rest == "PORT" || rest == "NAME" || strings.HasPrefix(rest, "PORT_") || strings.HasPrefix(rest, "SERVICE_")
		if ours && !known[name] && !service {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}
