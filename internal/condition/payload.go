package condition

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"cel.dev/cel-go/common/types"

	"countersign/internal/callbacks"
	"countersign/internal/mask"
)

// maxPayloadDepth bounds how deep lists and objects are nested. Deeper ones are no data that a
// condition is written for.
const maxPayloadDepth = 100

// payloadOf is the payload of a request as CEL reads it. The first condition that needs it reads it.
func payloadOf(r *callbacks.Reading) any {
	if r.Payload == nil {
		r.Payload = readPayload(r.Content)
	}
	return r.Payload
}

// readPayload returns a payload as CEL reads it. It is an error value if the payload is not JSON, if
// two readers could understand it differently because a name stands twice, or if it should be the
// execution's input, or made of it, and the desk does not hold that.
func readPayload(content *callbacks.Content) any {
	if content.InputUnread {
		return types.WrapErr(errors.New("the execution's input is too large, could not be read, is not JSON, or makes no payload"))
	}
	if len(bytes.TrimSpace(content.Payload)) == 0 {
		return map[string]any{}
	}
	decoder := json.NewDecoder(bytes.NewReader(content.Payload))
	decoder.UseNumber()
	value, err := decode(decoder, 0)
	if len(content.Hidden) > 0 {
		value = hiding(value)
	}
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("the payload is not one JSON value")
		}
	}
	if err != nil {
		return types.WrapErr(err)
	}
	return value
}

// hidden stands for a masked value. A condition that reads it cannot be evaluated.
type hidden struct{}

var errHidden = types.NewErr("a value that it reads is masked")

// hiding puts [hidden] in the place of each mask of a value. A text that a sender spelled like a mask
// counts as one.
func hiding(value any) any {
	switch v := value.(type) {
	case string:
		if v == mask.Text {
			return hidden{}
		}
	case map[string]any:
		for name := range v {
			v[name] = hiding(v[name])
		}
	case []any:
		for i := range v {
			v[i] = hiding(v[i])
		}
	}
	return value
}

// decode reads one value.
func decode(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, errors.New("the payload is not JSON")
	}
	switch t := token.(type) {
	case json.Number:
		return digits(t), nil
	case json.Delim:
		if depth == maxPayloadDepth {
			return nil, fmt.Errorf("the payload is nested more than %d deep", maxPayloadDepth)
		}
		if t == '{' {
			return decodeObject(d, depth+1)
		}
		return decodeList(d, depth+1)
	}
	return token, nil
}

func decodeObject(d *json.Decoder, depth int) (any, error) {
	object := make(map[string]any)
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, errors.New("the payload is not JSON")
		}
		if _, twice := object[name]; twice {
			return nil, fmt.Errorf("the payload has the name %q twice in one object", clip(name))
		}
		if object[name], err = decode(d, depth); err != nil {
			return nil, err
		}
	}
	return object, closing(d)
}

func decodeList(d *json.Decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		value, err := decode(d, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, closing(d)
}

// closing reads the bracket that ends a list or an object.
func closing(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return errors.New("the payload is not JSON")
	}
	return nil
}
