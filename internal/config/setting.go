package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"
)

// Setting is what an operator needs to know of one variable.
type Setting struct {
	Name     string // with the prefix
	Default  string // empty if there is none
	Help     string
	Example  string
	Required bool
	Secret   bool // the value never appears in messages

	field []int  // index path in Config
	leaf  string // name of the Go field
}

// Settings lists every variable in the order of [Config].
func Settings() []Setting { return settingsOf(reflect.TypeFor[Config](), Prefix, nil) }

func settingsOf(t reflect.Type, prefix string, path []int) []Setting {
	var list []Setting
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(append([]int(nil), path...), i)
		if group, ok := f.Tag.Lookup("envPrefix"); ok {
			list = append(list, settingsOf(f.Type, prefix+group, at)...)
			continue
		}
		name, ok := f.Tag.Lookup("env")
		if !ok {
			continue
		}
		said := texts[strings.TrimPrefix(prefix, Prefix)+name]
		list = append(list, Setting{
			Name:     prefix + name,
			Default:  f.Tag.Get("envDefault"),
			Help:     said.help,
			Example:  said.example,
			Required: f.Tag.Get("required") == "true",
			Secret:   f.Tag.Get("secret") == "true",
			field:    at,
			leaf:     f.Name,
		})
	}
	return list
}

// value returns the setting's value in c.
func (s Setting) value(c Config) reflect.Value { return reflect.ValueOf(c).FieldByIndex(s.field) }

// attrs returns all settings with their values. Types of secrets print themselves as redacted.
func (c Config) attrs() []slog.Attr {
	var list []slog.Attr
	for _, s := range Settings() {
		list = append(list, slog.String(s.Name, fmt.Sprint(s.value(c).Interface())))
	}
	if c.Desk != nil {
		list = append(list, slog.String("version of countersign.yaml", c.Desk.ShortVersion()))
	}
	return list
}
