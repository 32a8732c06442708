package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"countersign/internal/callbacks"
)

// nameRule is what the names of an object's members must match, and the words for it.
type nameRule struct {
	pattern func(string) bool
	text    string
}

// plainNames is the rule of queues and sources.
var plainNames = nameRule{callbacks.ValidQueueName, "use 1 to 63 of a-z, 0-9, - and _"}

// decodeNamed reads a JSON object whose members are all of type T. It refuses what encoding/json
// accepts: a name that occurs twice, a field that T does not have, anything after the object. Its
// errors repeat names but no values, which may be secret.
func decodeNamed[T any](text []byte, names nameRule) (map[string]T, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("must be a JSON object")
	}
	members := make(map[string]T)
	var problems []error
	for decoder.More() {
		name, raw, err := nextMember(decoder)
		if err != nil {
			return nil, err
		}
		if _, twice := members[name]; twice {
			problems = append(problems, fmt.Errorf("has %q twice", name))
		}
		if !names.pattern(name) {
			problems = append(problems, fmt.Errorf("has the name %q: %s", name, names.text))
		}
		member, err := decodeStrict[T](raw)
		if err != nil {
			problems = append(problems, fmt.Errorf("has an error at %q: %w", name, err))
		}
		members[name] = member
	}
	if err := closeObject(decoder); err != nil {
		return nil, err
	}
	return members, errors.Join(problems...)
}

func nextMember(decoder *json.Decoder) (name string, raw json.RawMessage, err error) {
	token, err := decoder.Token()
	name, ok := token.(string)
	if err == nil && ok {
		err = decoder.Decode(&raw)
	}
	if err != nil || !ok {
		return "", nil, malformed(decoder)
	}
	return name, raw, nil
}

func closeObject(decoder *json.Decoder) error {
	if _, err := decoder.Token(); err != nil {
		return malformed(decoder)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("has something after the JSON object")
	}
	return nil
}

func malformed(decoder *json.Decoder) error {
	return fmt.Errorf("is not well-formed JSON near byte %d", decoder.InputOffset())
}

func decodeStrict[T any](raw json.RawMessage) (T, error) {
	var value T
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&value)
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return value, wrongType(mismatch)
	}
	if err != nil { // an unknown field; the error names it
		return value, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return value, nil
}

// wrongType rewords an error of encoding/json without the value, which that error may quote.
func wrongType(mismatch *json.UnmarshalTypeError) error {
	want := map[reflect.Kind]string{
		reflect.Slice: "a list of strings", reflect.String: "a string", reflect.Bool: "true or false", reflect.Struct: "an object",
	}[mismatch.Type.Kind()]
	if mismatch.Field == "" {
		return fmt.Errorf("must be %s", want)
	}
	return fmt.Errorf("%q must be %s", mismatch.Field, want)
}
