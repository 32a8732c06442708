package static

import (
	"errors"
	"fmt"
	"path"
	"regexp"
)

// relativeImport finds what a module imports by relative name: import … from "./x.js", import
// "./x.js", import("./x.js") and export … from "./x.js", with or without spaces, as minifiers leave
// them. It also finds the workers that a module starts: new URL("./x.js", …).
var relativeImport = regexp.MustCompile(`(\b(?:from|import|URL)\s*\(?\s*)(["'])(\.{1,2}/[^"'\s]+)(["'])`)

// relativeURL finds what a stylesheet loads by relative name: url("./x.woff2"), with or without
// quotes, as minifiers leave it.
var relativeURL = regexp.MustCompile(`(\burl\()(["']?)(\.{1,2}/[^"'\s)]+)(["']?)`)

// imports says how files of an extension name others.
var imports = map[string]*regexp.Regexp{".js": relativeImport, ".css": relativeURL}

// replaceImports returns the module or stylesheet with each relative name replaced by the hashed
// path of the file it names.
func (l *loader) replaceImports(name string, body []byte, relative *regexp.Regexp) ([]byte, error) {
	var problems []error
	replaced := relative.ReplaceAllFunc(body, func(match []byte) []byte {
		parts := relative.FindSubmatch(match)
		target, err := l.load(path.Join(path.Dir(name), string(parts[3])))
		if err != nil {
			problems = append(problems, fmt.Errorf("%s imports %s: %w", name, parts[3], err))
			return match
		}
		return fmt.Appendf(nil, "%s%s%s%s", parts[1], parts[2], target.url, parts[4])
	})
	return replaced, errors.Join(problems...)
}
