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
	// brotli and gzip compress on the first call and keep the bytes. The best compression takes
	// tens of milliseconds per file: fine once, but too long for every request or every start.
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
				// fails only for an unknown level
				z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
				return z
			})
		}),
	}
}

// compress writes into memory, which cannot fail.
func compress(body []byte, writer func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	w := writer(&b)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// ServeHTTP answers requests for a hashed path, and sends 404 for everything else.
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
		etag = `"` + f.hash + "-" + encoding + `"` // each encoding has its own strong tag
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
		_, _ = w.Write(body) // fails only if the client is gone
	}
}

// encoded returns the body in the best encoding that the client accepts. Pictures and fonts, which
// are already compressed, and files that would not become smaller are returned as they are.
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
