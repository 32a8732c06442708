// Package static holds the stylesheet, scripts, font and pictures of the pages, and serves them under
// names that contain a hash of their content. A browser may therefore keep a file for ever, and a
// new release has new names.
//
// [URL] returns the path that a page links to; [Handler] serves it. Files are compressed once, at
// the first request. Scripts are ES modules that import each other by relative name, and the
// stylesheet names its font so. This package replaces those names by the hashed ones; for scripts
// an import map would have to be inline, which the content security policy forbids.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// root is the path under which the files are served; every URL starts with it.
const root = "/static/"

// folder has everything at the top level except the Go files, and the scripts.
//
//go:embed *.[^g]* js
var folder embed.FS

// embedded loads the files of this folder. A broken import among them is a programming error that
// the tests of this package find.
var embedded = sync.OnceValue(func() *files {
	f, err := load(folder)
	if err != nil {
		panic(err)
	}
	return f
})

// URL returns the path under which a file of this folder is served, such as
// /static/app.3f9c12ab34cd.css for app.css. For an unknown name the path answers 404, so that a
// missing picture does not break the page.
func URL(name string) string {
	if f, ok := embedded().byName[name]; ok {
		return f.url
	}
	return root + name
}

// Handler serves every path that [URL] returns, to GET and HEAD. It needs the whole request path,
// including /static/. It compresses by itself, so do not put compressing middleware around it.
func Handler() http.Handler { return embedded() }

// ServiceWorker serves sw.js at a path that stays the same, because a browser looks there for a
// newer one. It controls the pages below that path.
func ServiceWorker(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", contentTypes[".js"])
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(embedded().byName["sw.js"].body))
}

// contentTypes maps the extensions of served files to their types. Other files are not served.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".ico":   "image/vnd.microsoft.icon",
	".woff2": "font/woff2",
}

// files is a loaded folder.
type files struct {
	byName map[string]*file
	byURL  map[string]*file
}

// load reads a folder, replaces the imports of its modules and names every file after its content.
func load(fsys fs.FS) (*files, error) {
	all := &files{byName: make(map[string]*file), byURL: make(map[string]*file)}
	l := loader{fsys: fsys, files: all, loading: make(map[string]bool)}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || contentTypes[path.Ext(name)] == "" {
			return err
		}
		_, err = l.load(name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("static: %w", err)
	}
	return all, nil
}

// loader loads files in such an order that what a file imports is named before the file is hashed.
type loader struct {
	fsys    fs.FS
	files   *files
	loading map[string]bool // the files whose imports are being followed
}

func (l *loader) load(name string) (*file, error) {
	if f, ok := l.files.byName[name]; ok {
		return f, nil
	}
	if l.loading[name] {
		return nil, errors.New("modules import each other in a circle, so that none can be hashed first")
	}
	l.loading[name] = true
	body, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil, err
	}
	if relative := imports[path.Ext(name)]; relative != nil {
		if body, err = l.replaceImports(name, body, relative); err != nil {
			return nil, err
		}
	}
	f := newFile(name, body)
	l.files.byName[name], l.files.byURL[f.url] = f, f
	return f, nil
}

// hashedURL returns the path of a file, with the hash of its content between the name and the
// extension.
func hashedURL(name string, body []byte) (url, hash string) {
	sum := sha256.Sum256(body)
	hash = hex.EncodeToString(sum[:6])
	ext := path.Ext(name)
	return root + strings.TrimSuffix(name, ext) + "." + hash + ext, hash
}
