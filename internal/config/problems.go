package config

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// problems are the errors found, by the name of their variable.
type problems map[string][]string

// add notes a problem of a variable.
func (p problems) add(name, format string, args ...any) {
	p[name] = append(p[name], fmt.Sprintf(format, args...))
}

// unless notes a problem of the variable, named without the prefix, if the rule does not hold. It
// adds nothing to a variable that could not even be read.
func (p problems) unless(holds bool, name, format string, args ...any) {
	name = Prefix + name
	if _, unread := p[name]; unread || holds {
		return
	}
	p.add(name, format, args...)
}

// addParse notes the errors that env returned.
func (p problems) addParse(err error, environ map[string]string) {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return
	}
	byLeaf := make(map[string]Setting)
	for _, s := range Settings() {
		byLeaf[s.leaf] = s
	}
	for _, err := range all.Errors {
		var parse env.ParseError
		if !errors.As(err, &parse) {
			panic(fmt.Sprintf("config: a struct tag is wrong: %v", err))
		}
		s := byLeaf[parse.Name]
		for _, what := range describe(parse, environ[s.Name]) {
			p.add(s.Name, "%s", what)
		}
	}
}

// describe turns a parse error into text. Our own types have errors with a text; for those of the
// standard library, describe names the kind of value that is wanted. All types of secrets are our
// own, so no secret value is repeated here.
func describe(parse env.ParseError, value string) []string {
	kinds := map[reflect.Type]string{
		reflect.TypeFor[time.Duration](): "a duration with its unit",
		reflect.TypeFor[slog.Level]():    "a log level",
		reflect.TypeFor[float64]():       "a number",
		reflect.TypeFor[int]():           "a whole number",
		reflect.TypeFor[bool]():          "true or false",
	}
	if kind, ok := kinds[parse.Type]; ok {
		return []string{fmt.Sprintf("must be %s, not %q", kind, value)}
	}
	return strings.Split(parse.Err.Error(), "\n") // errors.Join writes one problem per line
}

// err joins the problems in the order of the settings. It is nil if there are none.
func (p problems) err() error {
	var all []error
	for _, s := range Settings() {
		for _, what := range p[s.Name] {
			all = append(all, fmt.Errorf("%s %s; a right value: %s", s.Name, what, s.Example))
		}
	}
	return errors.Join(all...)
}
