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
func readVariables(environ map[string]string, readFile func(string) ([]byte, error), p problems) map[string]string {
	// must not be nil: env would then read the process's own environment
	values := make(map[string]string)
	for _, s := range Settings() {
		value, path := environ[s.Name], environ[s.Name+fileSuffix]
		switch {
		case value != "" && path != "":
			p.add(s.Name, "is set twice: give it or %s%s, not both", s.Name, fileSuffix)
		case path != "":
			text, err := readFile(path)
			if err != nil {
				p.add(s.Name, "cannot be read from the file that %s%s names: %s", s.Name, fileSuffix, fileProblem(path, err))
				continue
			}
			value = strings.TrimRight(string(text), "\r\n")
			if value == "" {
				p.add(s.Name, "is empty in file %s, which %s%s names", path, s.Name, fileSuffix)
			}
		}
		if value != "" {
			values[s.Name] = value
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
// misspelt. It leaves out those that Kubernetes and Docker make for a service with our name.
func Unknown(environ map[string]string) []string {
	known := make(map[string]bool)
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
