package codec_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/codec"
)

const token = "a-token-of-thirty-two-characters"

// asked is what a codec server was asked.
type asked struct {
	path, authorization, contentType string
	body                             map[string]any
}

// serve starts a codec server that reverses what it gets, and notes what it was asked.
func serve(t *testing.T) (codec.Server, *[]asked) {
	t.Helper()
	var all []asked
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := asked{path: r.URL.Path, authorization: r.Header.Get("Authorization"), contentType: r.Header.Get("Content-Type")}
		if err := json.NewDecoder(r.Body).Decode(&a.body); err != nil {
			t.Error(err)
		}
		all = append(all, a)
		data, err := base64.StdEncoding.DecodeString(a.body["data"].(string))
		if err != nil {
			t.Error(err)
		}
		slices.Reverse(data)
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data, "more": 1})
	}))
	t.Cleanup(server.Close)
	return codec.Server{URL: server.URL + "/codec", Token: token}, &all
}

func TestServer(t *testing.T) {
	t.Parallel()
	server, all := serve(t)
	c, seen := one(t, codec.Function{Server: server}, codec.Config{})
	if encoded, err := c.Encoder.Encode(t.Context(), to, mara, success([]byte(`{"n":1.50}`))); err != nil || string(encoded) != `}05.1:"n"{` {
		t.Fatalf("encoded as %s, %v", encoded, err)
	}
	if decoded, err := c.Decoder.Decode(t.Context(), to, mara, []byte(`}05.1:"n"{`)); err != nil || string(decoded) != `{"n":1.50}` {
		t.Errorf("decoded as %s, %v", decoded, err)
	}
	if text, err := c.Decoder.Decode(t.Context(), to, mara, []byte(`"txet`)); err != nil || string(text) != `"text\""` {
		t.Errorf("text is decoded as %s, %v", text, err)
	}
	empty := callbacks.Completion{Kind: callbacks.Success, Result: []byte{}, Text: true}
	if encoded, err := c.Encoder.Encode(t.Context(), to, mara, empty); err != nil || len(encoded) > 0 {
		t.Errorf("an empty text is encoded as %q, %v", encoded, err)
	}
	first := (*all)[0]
	want := map[string]any{
		"function": "payroll", "executionArn": execution, "data": base64.StdEncoding.EncodeToString([]byte(`{"n":1.50}`)),
		"person": map[string]any{"id": "u1", "name": "Mara Voss", "email": "mara@example.com"},
	}
	if text, wanted := written(first.body), written(want); text != wanted || first.path != "/codec/encode" || (*all)[1].path != "/codec/decode" ||
		first.authorization != "Bearer "+token || first.contentType != "application/json" {
		t.Errorf("asked %+v\nwant %s", *all, wanted)
	}
	if o := (*seen)[1]; o.Format != "server" || !o.Decoding || o.Err != nil {
		t.Errorf("observed %+v", *seen)
	}
}

func written(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// TestServerGoesWrong: every answer that is no answer has words for the person and keeps the data to
// itself.
func TestServerGoesWrong(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	answers := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"OwnWords":   {answers(http.StatusForbidden, `{"error":"no pay of secret salary"}`), "The codec server refused, with status 403."},
		"NoWords":    {answers(http.StatusInternalServerError, "<html>stack trace</html>"), "The codec server refused, with status 500."},
		"Redirect":   {answers(http.StatusTemporaryRedirect, ""), "a redirect, which the desk does not follow"},
		"NotJSON":    {answers(http.StatusOK, "data"), "cannot be read"},
		"NoData":     {answers(http.StatusOK, "{}"), "cannot be read"},
		"NotBase64":  {answers(http.StatusOK, `{"data":"%"}`), "cannot be read"},
		"TooLarge":   {answers(http.StatusOK, `{"data":"`+strings.Repeat("A", 6<<20)+`"}`), "too large"},
		"NotText":    {answers(http.StatusOK, `{"data":"/w=="}`), "not text"},
		"Hangs up":   {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "does not answer"},
		"Breaks off": {answers(http.StatusOK, "{"), "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tc.handler)
			t.Cleanup(server.Close)
			c, seen := one(t, codec.Function{Server: codec.Server{URL: server.URL, Token: token}}, codec.Config{})
			_, encodeErr := c.Encoder.Encode(t.Context(), to, mara, success([]byte(`"secret salary"`)))
			_, decodeErr := c.Decoder.Decode(t.Context(), to, mara, []byte(`"secret salary"`))
			for _, err := range []error{encodeErr, decodeErr} {
				words := wordsOf(t, err)
				if !strings.Contains(words, tc.want) || len(words) > 100 || strings.ContainsAny(words, "\n\x00\u202e") {
					t.Errorf("words %q, want %q in one clean line", words, tc.want)
				}
				if said := words + err.Error(); strings.Contains(said, "salary") || strings.Contains(said, token) || strings.Contains(said, "stack trace") {
					t.Errorf("says too much: %s", said)
				}
			}
			if len(*seen) != 2 || (*seen)[0].Err == nil {
				t.Errorf("observed %+v", *seen)
			}
		})
	}
}

// roundTripper is a transport that never gets an answer.
type roundTripper func(*http.Request) error

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return nil, r(req) }

// TestServerTakesLong: a server has the time of a press or of a page, and a person who leaves is no
// fault of the server's.
func TestServerTakesLong(t *testing.T) {
	t.Parallel()
	var left time.Duration
	transport := roundTripper(func(r *http.Request) error {
		deadline, _ := r.Context().Deadline()
		left = time.Until(deadline)
		return context.DeadlineExceeded
	})
	c, seen := one(t, codec.Function{Server: codec.Server{URL: "https://codec.example.com", Token: token}}, codec.Config{Transport: transport})
	_, err := c.Encoder.Encode(t.Context(), to, mara, success([]byte("1")))
	if words := wordsOf(t, err); words != "The codec server does not answer." || left <= codec.DecodeTimeout || left > codec.EncodeTimeout {
		t.Errorf("%q with %v left", words, left)
	}
	if _, err := c.Decoder.Decode(t.Context(), to, mara, []byte("1")); err == nil || left <= 0 || left > codec.DecodeTimeout {
		t.Errorf("%v with %v left", err, left)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.Encoder.Encode(gone, to, mara, success([]byte("1"))); err == nil || len(*seen) != 2 {
		t.Errorf("%v, observed %d times, want two", err, len(*seen))
	}
}
