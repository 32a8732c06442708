package codec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"unicode/utf8"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// Server is a codec server of the operator.
type Server struct {
	URL   string // what stands before /encode and /decode, without a slash at its end
	Token string // bearer token
}

// Bounds of what a codec server may answer.
const (
	// maxDecoded is the size of a decoded payload in bytes: four times what a sender may announce.
	maxDecoded = 4 << 20
	// maxAnswer is the size of an answer, which holds at most maxDecoded in base64.
	maxAnswer = maxDecoded/3*4 + 4<<10
)

// request is what a codec server gets, and answer what it sends; docs/codec.md describes both.
type request struct {
	Function     string `json:"function"`
	ExecutionARN string `json:"executionArn,omitempty"`
	Person       person `json:"person"`
	Data         []byte `json:"data"`
}

type person struct {
	ID    string `json:"id"` // the subject
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
}

// answer has no text of the server: that may hold a value that the desk masks, and would be on
// pages and in logs.
type answer struct {
	Data []byte `json:"data"`
}

// errSilence means that a codec server did not answer.
var errSilence = errors.New("no answer")

// client calls the codec server of one function.
type client struct {
	function string
	server   Server
	http     *http.Client
}

func newClient(function string, server Server, transport http.RoundTripper) client {
	return client{function: function, server: server, http: &http.Client{
		Transport: transport,
		// A redirect would carry the token and the data to a place that nobody configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Says implements [desk.Encoder].
func (client) Says() string { return "encoded by the codec server" }

// Encode implements [desk.Encoder].
func (c client) Encode(ctx context.Context, to callbacks.Target, by callbacks.Person, result callbacks.Completion) ([]byte, error) {
	encoded, err := c.call(ctx, "/encode", to, by, result.Result)
	if err == nil && (len(encoded) == 0 && len(result.Result) > 0 || !utf8.Valid(encoded)) {
		err = failed("The codec server encoded the result as something that is not text.", errors.New("the encoded result is empty or not UTF-8"))
	}
	return encoded, err
}

// Decode implements [desk.Decoder]. Text that is not JSON becomes a JSON string, because payloads
// are JSON.
func (c client) Decode(ctx context.Context, to callbacks.Target, by callbacks.Person, payload []byte) ([]byte, error) {
	decoded, err := c.call(ctx, "/decode", to, by, payload)
	switch {
	case err != nil || json.Valid(decoded):
		return decoded, err
	case !utf8.Valid(decoded):
		return nil, failed("The codec server decoded the payload as something that is not text.", errors.New("the decoded payload is not UTF-8"))
	}
	return json.Marshal(string(decoded))
}

func (c client) call(ctx context.Context, path string, to callbacks.Target, by callbacks.Person, data []byte) ([]byte, error) {
	body, err := json.Marshal(request{
		Function: c.function, ExecutionARN: to.ExecutionARN, Data: data,
		Person: person{ID: by.Subject, Name: by.Name, Email: by.Email},
	})
	if err != nil {
		return nil, failed("The desk could not ask the codec server.", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.server.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, failed("The desk could not ask the codec server.", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.server.Token)
	response, err := c.http.Do(req)
	if err != nil {
		return nil, failed("The codec server does not answer.", fmt.Errorf("%w: %w", errSilence, err))
	}
	defer func() { _ = response.Body.Close() }()
	return read(response)
}

// read takes the data from an answer. What is wrong with it is told without its content.
func read(response *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	var said answer
	switch {
	case err != nil:
		return nil, failed("The codec server does not answer.", fmt.Errorf("%w: %w", errSilence, err))
	case len(body) > maxAnswer:
		return nil, failed("The codec server's answer is too large.", fmt.Errorf("an answer of more than %d bytes", maxAnswer))
	case response.StatusCode/100 == 3:
		return nil, failed("The codec server answered with a redirect, which the desk does not follow.", fmt.Errorf("status %d", response.StatusCode))
	case response.StatusCode == http.StatusOK && (json.Unmarshal(body, &said) != nil || said.Data == nil):
		return nil, failed("The codec server's answer cannot be read.", errors.New("the answer is not JSON as docs/codec.md has it"))
	case response.StatusCode == http.StatusOK:
		return said.Data, nil
	default:
		code := response.StatusCode
		return nil, failed(fmt.Sprintf("The codec server refused, with status %d.", code), fmt.Errorf("status %d", code))
	}
}

func failed(words string, err error) error { return &desk.CodecError{Words: words, Err: err} }
