package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// file is one file ready to be served.
type file struct {
	url         string
	hash        string
	contentType string
	body        []byte
	// brotli and gzip compress on the first call and keep the bytes. Best compression takes tens of
	// milliseconds a file: nothing once, too much for each request or for each start.
	brotli, gzip func() []byte
}

func newFile(name string, body []byte) *file {
	url, hash := hashedURL(name, body)
	return &file{
		url: url, hash: hash, contentType: contentTypes[path.Ext(name)], body: body,
		brotli: sync.OnceValue(func() []byte {
			return compress(body, func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotli.BestCompression) })
		}),
		gzip: sync.OnceValue(func() []byte {
			return compress(body, func(w io.Writer) io.WriteCloser {
				// fails for an unknown level only
				z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
				return z
			})
		}),
	}
}

// compress writes into memory, where nothing fails.
func compress(body []byte, writer func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	w := writer(&b)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// ServeHTTP answers a hashed path, and 404 for everything else.
func (a *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.byURL[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	f.serve(w, r)
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	encoding, body := f.encoded(r.Header.Get("Accept-Encoding"))
	etag := `"` + f.hash + `"`
	header := w.Header()
	if encoding != "" {
		etag = `"` + f.hash + "-" + encoding + `"` // a strong tag names these very bytes
		header.Set("Content-Encoding", encoding)
	}
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Vary", "Accept-Encoding")
	header.Set("Etag", etag)
	if noneMatch(r.Header.Get("If-None-Match"), etag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a client that went away needs no report
	}
}

// encoded is the body in the best encoding that the client takes. Pictures and fonts, which are
// compressed already, and files that compression does not make smaller stay as they are.
func (f *file) encoded(acceptEncoding string) (encoding string, body []byte) {
	if !strings.HasPrefix(f.contentType, "text/") && f.contentType != "image/svg+xml" {
		return "", f.body
	}
	encoding, body = "", f.body
	switch {
	case accepts(acceptEncoding, "br"):
		encoding, body = "br", f.brotli()
	case accepts(acceptEncoding, "gzip"):
		encoding, body = "gzip", f.gzip()
	}
	if len(body) >= len(f.body) {
		return "", f.body
	}
	return encoding, body
}
