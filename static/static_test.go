package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

var stylesheet = strings.Repeat("body { color: #16191c }\n", 100)

func testFiles(t *testing.T) *files {
	t.Helper()
	f, err := load(fstest.MapFS{
		"app.css":        {Data: []byte(stylesheet)},
		"js/live.js":     {Data: []byte(`import {tick} from "./clock.js";import'../shared.js'; await import("./late.js"); new Worker(new URL("./worker.js", import.meta.url)); export * from './clock.js'`)},
		"js/worker.js":   {Data: []byte(`postMessage(1)`)},
		"js/clock.js":    {Data: []byte(`export const tick = 1`)},
		"js/late.js":     {Data: []byte(`import "./clock.js"; import {x} from "elsewhere"`)},
		"shared.js":      {Data: []byte(`export const from = "./clock.js is only text here"`)},
		"img/mark.png":   {Data: bytes.Repeat([]byte{0}, 1000)},
		"static.go":      {Data: []byte(`package static`)},
		"notes/draft.md": {Data: []byte(`draft`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// get asks for a path with headers given as pairs.
func get(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestServesUnderTheHash(t *testing.T) {
	t.Parallel()
	all := testFiles(t)
	for name, contentType := range map[string]string{
		"app.css": "text/css; charset=utf-8", "js/clock.js": "text/javascript; charset=utf-8", "img/mark.png": "image/png",
	} {
		f := all.byName[name]
		pattern := regexp.MustCompile(`^/static/` + strings.Replace(name, ".", `\.[0-9a-f]{12}\.`, 1) + `$`)
		if !pattern.MatchString(f.url) {
			t.Errorf("%s is served at %s", name, f.url)
		}
		w := get(all, "GET", f.url)
		if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), f.body) {
			t.Errorf("%s: status %d, %d bytes, want %d", name, w.Code, w.Body.Len(), len(f.body))
		}
		for header, want := range map[string]string{
			"Content-Type": contentType, "Cache-Control": "public, max-age=31536000, immutable",
			"Vary": "Accept-Encoding", "Content-Encoding": "", "Etag": `"` + f.hash + `"`,
		} {
			if got := w.Header().Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
	}
}

func TestAnythingElseIs404(t *testing.T) {
	t.Parallel()
	all := testFiles(t)
	for _, target := range []string{
		"/static/app.css", "/static/", "/static/js", "/static/app.000000000000.css", "/static/static.go", "/static/notes/draft.md",
		"/static/../static.go", strings.TrimPrefix(all.byName["app.css"].url, "/static"),
	} {
		if w := get(all, "GET", target); w.Code != 404 || w.Header().Get("Cache-Control") != "" {
			t.Errorf("%s: status %d, %v", target, w.Code, w.Header())
		}
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	all := testFiles(t)
	url := all.byName["app.css"].url
	full, head := get(all, "GET", url, "Accept-Encoding", "br"), get(all, "HEAD", url, "Accept-Encoding", "br")
	if head.Code != 200 || head.Body.Len() != 0 {
		t.Errorf("HEAD: status %d, %d bytes", head.Code, head.Body.Len())
	}
	for header := range full.Header() {
		if got, want := head.Header().Get(header), full.Header().Get(header); got != want {
			t.Errorf("HEAD says %s %q, GET says %q", header, got, want)
		}
	}
	if w := get(all, "POST", url); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestCompresses(t *testing.T) {
	t.Parallel()
	all := testFiles(t)
	for _, tc := range []struct{ accept, name, want string }{
		{"gzip, deflate, br, zstd", "app.css", "br"},
		{"gzip", "app.css", "gzip"},
		{"GZIP;q=0.5", "app.css", "gzip"},
		{"br;q=0, gzip", "app.css", "gzip"},
		{"br;q=0, *", "app.css", "gzip"},
		{"*", "app.css", "br"},
		{"*;q=0", "app.css", ""},
		{"br;q=often", "app.css", ""},
		{"identity", "app.css", ""},
		{"", "app.css", ""},
		{"br", "img/mark.png", ""}, // is compressed by its own format
		{"br", "js/clock.js", ""},  // too short to gain
	} {
		f := all.byName[tc.name]
		w := get(all, "GET", f.url, "Accept-Encoding", tc.accept)
		if got := w.Header().Get("Content-Encoding"); got != tc.want {
			t.Errorf("%s, %q: encoding %q, want %q", tc.name, tc.accept, got, tc.want)
		}
		if got := decode(t, w); !bytes.Equal(got, f.body) {
			t.Errorf("%s, %q: other bytes than the file", tc.name, tc.accept)
		}
		if tc.want != "" && w.Body.Len() >= len(f.body) {
			t.Errorf("%s, %q: %d bytes of %d", tc.name, tc.accept, w.Body.Len(), len(f.body))
		}
	}
}

func decode(t *testing.T, w *httptest.ResponseRecorder) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(w.Body.Bytes())
	switch w.Header().Get("Content-Encoding") {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestCompressesOnce(t *testing.T) {
	t.Parallel()
	f := testFiles(t).byName["app.css"]
	_, first := f.encoded("br")
	_, second := f.encoded("br")
	if &first[0] != &second[0] {
		t.Error("the second request compressed again")
	}
}

func TestNotModified(t *testing.T) {
	t.Parallel()
	all := testFiles(t)
	url := all.byName["app.css"].url
	plain, br := get(all, "GET", url).Header().Get("Etag"), get(all, "GET", url, "Accept-Encoding", "br").Header().Get("Etag")
	if plain == br {
		t.Errorf("one strong tag %s for different bytes", plain)
	}
	for ifNoneMatch, want := range map[string]int{br: 304, "W/" + br: 304, `"x", ` + br: 304, "*": 304, plain: 200, `"x"`: 200, "": 200} {
		w := get(all, "GET", url, "Accept-Encoding", "br", "If-None-Match", ifNoneMatch)
		if w.Code != want || want == 304 && (w.Body.Len() > 0 || w.Header().Get("Etag") != br) {
			t.Errorf("If-None-Match %s: status %d with %d bytes, want %d", ifNoneMatch, w.Code, w.Body.Len(), want)
		}
	}
}

func TestModulesImportHashedNames(t *testing.T) {
	t.Parallel()
	all := testFiles(t)
	clock, shared, late := all.byName["js/clock.js"].url, all.byName["shared.js"].url, all.byName["js/late.js"].url
	worker := `new Worker(new URL("` + all.byName["js/worker.js"].url + `", import.meta.url))`
	want := `import {tick} from "` + clock + `";import'` + shared + `'; await import("` + late + `"); ` + worker + `; export * from '` + clock + `'`
	if got := string(all.byName["js/live.js"].body); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for name, unchanged := range map[string]string{"js/late.js": `from "elsewhere"`, "shared.js": `"./clock.js is only text here"`} {
		if got := string(all.byName[name].body); !strings.Contains(got, unchanged) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestStylesheetsLoadHashedNames(t *testing.T) {
	t.Parallel()
	all, err := load(fstest.MapFS{
		"a.css":       {Data: []byte(`@font-face{src:url(./inter.woff2)format("woff2")}a{mask:url("./inter.woff2")}b{mask:url("data:,./x")}`)},
		"inter.woff2": {Data: []byte("font")},
	})
	if err != nil {
		t.Fatal(err)
	}
	font := all.byName["inter.woff2"].url
	want := `@font-face{src:url(` + font + `)format("woff2")}a{mask:url("` + font + `")}b{mask:url("data:,./x")}`
	if got := string(all.byName["a.css"].body); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestHashFollowsImports: an importer gets a new name when what it imports changes, else browsers
// would keep the old pair.
func TestHashFollowsImports(t *testing.T) {
	t.Parallel()
	importer := func(imported string) string {
		f, err := load(fstest.MapFS{"a.js": {Data: []byte(`import "./b.js"`)}, "b.js": {Data: []byte(imported)}})
		if err != nil {
			t.Fatal(err)
		}
		return f.byName["a.js"].url
	}
	if importer("1") == importer("2") {
		t.Error("the importer kept its name")
	}
}

func TestBrokenImports(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"missing": {fstest.MapFS{"a.js": {Data: []byte(`import "./b.js"`)}}, "a.js imports ./b.js: open b.js"},
		"circle":  {fstest.MapFS{"a.js": {Data: []byte(`import "./b.js"`)}, "b.js": {Data: []byte(`import "./a.js"`)}}, "in a circle"},
		"outside": {fstest.MapFS{"a.js": {Data: []byte(`import "../b.js"`)}}, "a.js imports ../b.js"},
	} {
		if _, err := load(tc.files); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
		}
	}
}

func TestEmbeddedFiles(t *testing.T) {
	t.Parallel()
	w := get(Handler(), "GET", URL("favicon.svg"), "Accept-Encoding", "br")
	if w.Code != 200 || w.Header().Get("Content-Type") != "image/svg+xml" || !bytes.Contains(decode(t, w), []byte("<svg")) {
		t.Errorf("favicon: status %d, %s", w.Code, w.Header())
	}
	if missing := URL("nowhere.css"); missing != "/static/nowhere.css" || get(Handler(), "GET", missing).Code != 404 {
		t.Errorf("a missing file has the URL %s", missing)
	}
	named := regexp.MustCompile(`url\(["']?([^"')#:]+)["')]`)
	for name, f := range embedded().byName {
		for _, url := range named.FindAllSubmatch(f.body, -1) {
			if filepath.Ext(name) == ".css" && embedded().byURL[string(url[1])] == nil {
				t.Errorf("%s names a file without its hash: %s", name, url[0])
			}
		}
	}
}

// TestPagesNameFilesThatExist looks at every literal use of [URL] in the module.
func TestPagesNameFilesThatExist(t *testing.T) {
	t.Parallel()
	use := regexp.MustCompile(`static\.URL\("([^"]+)"\)`)
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != ".." || entry.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if ext := filepath.Ext(name); ext != ".templ" && ext != ".go" || strings.HasSuffix(name, "_templ.go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, match := range use.FindAllSubmatch(text, -1) {
			if _, ok := embedded().byName[string(match[1])]; !ok {
				t.Errorf("%s links to %s, which is not in static/", name, match[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"br": true, "gzip, br": true, "br;q=1.0": true, "br ; q=0.1": true, "br;q=0": false, "br;q=0.000": false, "br;level=4": true,
		"br;q=": false, "br;q=-1": false, "br;q=NaN": false, "*": true, "*;q=0": false, "*, br;q=0": false, "brotli": false, ",,;": false,
	} {
		if got := accepts(header, "br"); got != want {
			t.Errorf("%q: got %v", header, got)
		}
	}
}

// BenchmarkCompress is the price of a file's first request, at the size of the stylesheet.
func BenchmarkCompress(b *testing.B) {
	body := []byte(strings.Repeat(stylesheet, 20))
	for b.Loop() {
		newFile("app.css", body).brotli()
	}
}
