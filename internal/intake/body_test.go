package intake_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"countersign/internal/intake"
)

func TestReadBody(t *testing.T) {
	t.Parallel()
	largest := strings.Repeat("x", intake.MaxBody)
	for name, test := range map[string]struct {
		body            io.Reader
		media, encoding string
		want            error
		size            int
	}{
		"OK":             {strings.NewReader("{}"), "application/json", "", nil, 2},
		"WithCharset":    {strings.NewReader("{}"), "application/json; charset=utf-8", "", nil, 2},
		"Largest":        {strings.NewReader(largest), "application/json", "", nil, intake.MaxBody},
		"TooLarge":       {strings.NewReader(largest + "x"), "application/json", "", intake.ErrTooLarge, 0},
		"Form":           {strings.NewReader("a=b"), "application/x-www-form-urlencoded", "", intake.ErrMediaType, 0},
		"NoMediaType":    {strings.NewReader("{}"), "", "", intake.ErrMediaType, 0},
		"BadMediaType":   {strings.NewReader("{}"), "application/json; =", "", intake.ErrMediaType, 0},
		"Compressed":     {strings.NewReader("{}"), "application/json", "gzip", intake.ErrMediaType, 0},
		"ConnectionLost": {iotest.ErrReader(io.ErrUnexpectedEOF), "application/json", "", intake.ErrBody, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/webhooks/callbacks", test.body)
			r.Header.Set("Content-Type", test.media)
			if test.encoding != "" {
				r.Header.Set("Content-Encoding", test.encoding)
			}
			got, err := intake.ReadBody(httptest.NewRecorder(), r)
			if !errors.Is(err, test.want) || len(got) != test.size {
				t.Errorf("got %d bytes and %v, want %d and %v", len(got), err, test.size, test.want)
			}
		})
	}
}

// TestReadBody_ByHeaders: a body that is announced as too large is not waited for.
func TestReadBody_ByHeaders(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/webhooks/callbacks", iotest.ErrReader(errors.New("the body was read")))
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = intake.MaxBody + 1
	if _, err := intake.ReadBody(httptest.NewRecorder(), r); !errors.Is(err, intake.ErrTooLarge) {
		t.Errorf("got %v, want too large", err)
	}
}
