package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

// rule bans imports. Its functions get folders of this module or the import paths of other modules.
type rule struct {
	says string
	of   func(importer string) bool
	bans func(importer, imported string) bool
}

var rules = []rule{
	{
		says: "the domain imports the domain, the standard library, the ground, and nothing else",
		of:   func(p string) bool { return domain(p) && !testSupport(p) },
		bans: func(_, imported string) bool {
			return !standard(imported) && !domain(imported) && !ground(imported)
		},
	},
	{
		says: "delivery, upkeep and discovery work side by side and do not know each other",
		of:   func(p string) bool { return worker(p) && !testSupport(p) },
		bans: func(p, imported string) bool { return worker(imported) && owner(p) != owner(imported) },
	},
	{
		says: "delivery, upkeep and discovery have ports of their own and do not know the desk",
		of:   func(p string) bool { return worker(p) && !testSupport(p) },
		bans: func(_, imported string) bool { return under(imported, "internal/desk") },
	},
	{
		says: "the ground knows no word of the domain: it imports the standard library, the ground, and a few named leaves",
		of:   ground,
		bans: func(_, imported string) bool {
			return !standard(imported) && !ground(imported) && !leaf(imported)
		},
	},
	{
		says: "the doctor judges facts that adapters bring: it imports the standard library only, and the ground",
		of:   func(p string) bool { return under(p, "internal/doctor") },
		bans: func(p, imported string) bool {
			return !standard(imported) && !ground(imported) && owner(p) != owner(imported)
		},
	},
	{
		says: "adapters speak domain types and never import each other",
		of:   adapter,
		bans: func(p, imported string) bool { return adapter(imported) && owner(p) != owner(imported) },
	},
	{
		says: "views get data, never a store, a handler, an adapter or a request",
		of:   func(p string) bool { return under(p, "views") },
		bans: func(_, imported string) bool {
			return adapter(imported) || under(imported, "handlers") || under(imported, "database/sql") || under(imported, "github.com/labstack/echo")
		},
	},
	{
		says: "handlers reach the database and Lambda through the domain",
		of:   func(p string) bool { return under(p, "handlers") },
		bans: func(_, imported string) bool {
			return under(imported, "internal/sqlstore") || under(imported, "internal/lambdaapi") || under(imported, "internal/config")
		},
	},
	{
		says: "only commands wire the stand-ins for AWS and for the OpenID provider",
		of:   func(p string) bool { return !under(p, "cmd") && !testSupport(p) },
		bans: func(p, imported string) bool {
			return under(imported, "internal/standin") && owner(p) != owner(imported)
		},
	},
	{
		says: "stand-ins are outsiders: they import each other and the ground, the samples durable too",
		of:   func(p string) bool { return under(p, "internal/standin") },
		bans: func(p, imported string) bool {
			sample := under(p, "internal/standin/demo") && under(imported, "durable")
			return ours(imported) && owner(p) != owner(imported) && !ground(imported) && !sample
		},
	},
	{
		says: "durable and the examples are for other programs: they import nothing of this one",
		of:   func(p string) bool { return under(p, "durable") || under(p, "examples") },
		bans: func(_, imported string) bool { return ours(imported) && !under(imported, "durable") },
	},
	{
		says: "commands are at the top, then handlers, then views: nothing below imports them",
		of:   func(p string) bool { return !under(p, "cmd") && !testSupport(p) },
		bans: func(p, imported string) bool {
			if under(imported, "views") {
				return !under(p, "views") && !under(p, "handlers")
			}
			return (under(imported, "cmd") || under(imported, "handlers")) && owner(p) != owner(imported)
		},
	},
	{
		says: "what supports tests is for tests",
		of:   func(p string) bool { return !testSupport(p) },
		bans: func(_, imported string) bool { return ours(imported) && testSupport(imported) },
	},
}

// top are the folders that may hold packages.
var top = []string{"cmd", "handlers", "views", "static", "durable", "examples", "internal", "e2e"}

// under reports whether a package is the folder or below it.
func under(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// ours reports whether an import, as [source.imports] gives it, is of this module.
func ours(imported string) bool {
	return slices.ContainsFunc(top, func(folder string) bool { return under(imported, folder) })
}

// standard reports whether an import is of the standard library: no other path starts with a word
// without a dot.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !ours(imported) && !strings.Contains(first, ".")
}

// testSupport reports whether a package exists for tests: its name ends in test, or it is the
// browser tests.
func testSupport(p string) bool {
	return under(p, "e2e") || strings.HasSuffix(path.Base(p), "test")
}

// domain reports whether a package has rules of the domain.
func domain(p string) bool {
	return worker(p) || slices.ContainsFunc([]string{
		"announcement", "answers", "assignment", "batch", "callbacks", "delegation", "desk", "form", "history", "notice", "people", "policy", "readquota", "record", "savedview",
		"rollout", "secrets", "template",
	}, func(name string) bool { return under(p, "internal/"+name) })
}

// worker reports whether a package of the domain runs by itself.
func worker(p string) bool {
	return slices.ContainsFunc([]string{"delivery", "discovery", "upkeep"}, func(name string) bool { return under(p, "internal/"+name) })
}

// ground reports whether a package is small, general, and below all others.
func ground(p string) bool {
	return slices.ContainsFunc([]string{
		"arn", "child", "clientip", "fault", "inflight", "jsonsyntax", "jsontext", "keyring", "linediff", "loopback", "mask", "matching",
		"outbound", "plural", "printable", "problem", "ratelimit", "reload", "replies", "spelling", "worker",
	}, func(name string) bool { return under(p, "internal/"+name) })
}

// leaf reports whether an import is one of the libraries that the ground may build on.
func leaf(imported string) bool {
	return slices.ContainsFunc([]string{"golang.org/x/net/idna", "golang.org/x/text", "golang.org/x/time", "github.com/hashicorp/golang-lru"}, func(library string) bool {
		return under(imported, library)
	})
}

// adapter reports whether a package connects the domain to something outside. What is new under
// internal/ counts as one.
func adapter(p string) bool {
	if !under(p, "internal") || testSupport(p) || ground(p) {
		return false
	}
	return !domain(p) && !under(p, "internal/doctor") && !under(p, "internal/standin")
}

// owner is the folder that a package belongs to: handlers, views, internal/auth…
func owner(p string) string {
	parts := strings.SplitN(p, "/", 3)
	if parts[0] == "internal" && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

// violations are the imports that a rule bans, in words.
func violations(graph map[string][]string) []string {
	var found []string
	for importer, imported := range graph {
		for _, i := range imported {
			for _, r := range rules {
				if r.of(importer) && r.bans(importer, i) {
					found = append(found, fmt.Sprintf("%s imports %s, but %s", importer, i, r.says))
				}
			}
		}
		if !ours(importer) {
			found = append(found, fmt.Sprintf("%s has no place in the layout; the places are %s", importer, strings.Join(top, ", ")))
		}
	}
	// The stand-in for Lambda must not share the mistakes of the client that is tested against it.
	client := reach(graph, "internal/lambdaapi")
	client["internal/lambdaapi"] = true
	for shared := range reach(graph, "internal/standin/locallambda") {
		if client[shared] {
			found = append(found, fmt.Sprintf("internal/standin/locallambda and internal/lambdaapi share %s, but they share no code", shared))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, v := range violations(imports(allSources(t))) {
		t.Error(v)
	}
}

// TestEachRule shows every rule an import that it bans and, where it could ban too much, one that
// it allows.
func TestEachRule(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ importer, imported, want string }{
		{"internal/callbacks", "golang.org/x/sync/errgroup", "the standard library, the ground"},
		{"internal/callbacks", "internal/sqlstore", "the standard library, the ground"},
		{"internal/callbacks", "net/netip", ""},
		{"internal/delivery", "internal/history", ""},
		{"internal/delivery", "internal/upkeep", "side by side"},
		{"internal/upkeep", "internal/discovery", "side by side"},
		{"internal/upkeep", "internal/desk", "do not know the desk"},
		{"internal/upkeep/upkeeptest", "internal/desk/storetest", ""},
		{"internal/policy", "internal/desk", ""},
		{"internal/discovery", "internal/sqlstore", "standard library"},
		{"internal/lambdaapi", "internal/discovery", ""},
		{"internal/callbacks", "internal/printable", ""},
		{"internal/printable", "internal/callbacks", "knows no word of the domain"},
		{"internal/printable", "github.com/microcosm-cc/bluemonday", "a few named leaves"},
		{"internal/printable", "golang.org/x/text/unicode/norm", ""},
		{"internal/problem", "internal/printable", ""},
		{"internal/ratelimit", "golang.org/x/time/rate", ""},
		{"internal/auth", "internal/printable", ""},
		{"internal/doctor", "internal/printable", ""},
		{"internal/callbacks", "golang.org/x/net/idna", "the standard library, the ground"},
		{"internal/spelling", "golang.org/x/net/idna", ""},
		{"internal/callbacks", "internal/spelling", ""},
		{"internal/callbacks", "golang.org/x/net/html", "the standard library, the ground"},
		{"internal/callbacks/callbackstest", "github.com/google/go-cmp/cmp", ""},
		{"internal/callbacks", "internal/callbacks/callbackstest", "is for tests"},
		{"internal/doctor", "internal/callbacks", "the doctor judges facts"},
		{"internal/doctor", "internal/sqlstore", "the doctor judges facts"},
		{"internal/doctor", "net/http", ""},
		{"internal/sqlstore", "internal/doctor", ""},
		{"internal/auth", "internal/sqlstore", "never import each other"},
		{"internal/auth/cookies", "internal/auth", ""},
		{"internal/newcomer", "internal/live", "never import each other"},
		{"internal/live", "internal/newcomer", "never import each other"},
		{"internal/intake", "internal/callbacks", ""},
		{"internal/intake", "internal/config", "never import each other"},
		{"internal/intake", "views", "nothing below imports them"},
		{"views", "internal/callbacks", ""},
		{"views", "static", ""},
		{"views/pages", "internal/newcomer", "views get data"},
		{"views", "handlers", "views get data"},
		{"views", "database/sql", "views get data"},
		{"views", "github.com/labstack/echo/v4", "views get data"},
		{"handlers", "views", ""},
		{"handlers", "internal/auth", ""},
		{"handlers", "internal/sqlstore", "through the domain"},
		{"handlers", "internal/lambdaapi", "through the domain"},
		{"static", "handlers", "nothing below imports them"},
		{"handlers", "cmd/web", "nothing below imports them"},
		{"cmd/web", "internal/standin/oidc", ""},
		{"handlers", "internal/standin/oidc", "only commands wire"},
		{"internal/lambdaapi", "internal/standin/locallambda", "only commands wire"},
		{"internal/standin/locallambda/journal", "internal/standin/locallambda", ""},
		{"e2e", "internal/standin/locallambda", ""},
		{"internal/auth", "internal/standin/demo", "only commands wire"},
		{"internal/standin/demo", "internal/standin/locallambda", ""},
		{"internal/standin/demo", "durable", ""},
		{"internal/standin/locallambda", "durable", "stand-ins are outsiders"},
		{"internal/standin/oidc", "internal/auth", "stand-ins are outsiders"},
		{"internal/standin", "views", "stand-ins are outsiders"},
		{"internal/standin/locallambda/console", "internal/printable", ""},
		{"durable", "internal/callbacks", "import nothing of this one"},
		{"examples/approval", "internal/intake", "import nothing of this one"},
		{"examples/approval", "durable", ""},
		{"durable", "github.com/aws/aws-sdk-go-v2/service/lambda", ""},
		{"cmd/web", "internal/callbacks/callbackstest", "is for tests"},
		{"helpers", "fmt", "no place in the layout"},
	} {
		found := strings.Join(violations(map[string][]string{tc.importer: {tc.imported}}), "\n")
		if tc.want == "" && found != "" || !strings.Contains(found, tc.want) {
			t.Errorf("%s imports %s: got %q, want %q", tc.importer, tc.imported, found, tc.want)
		}
	}
}

func TestStandInAndClientShareNoCode(t *testing.T) {
	t.Parallel()
	graph := map[string][]string{
		"internal/lambdaapi":           {"internal/callbacks"},
		"internal/standin/locallambda": {"internal/standin/locallambda/journal"},
		"internal/callbacks":           nil,
	}
	graph["internal/standin/locallambda/journal"] = []string{"fmt"}
	if found := violations(graph); len(found) > 0 {
		t.Errorf("nothing is shared, but: %v", found)
	}
	graph["internal/standin/locallambda/journal"] = []string{"internal/callbacks"}
	if found := strings.Join(violations(graph), "\n"); !strings.Contains(found, "share internal/callbacks") {
		t.Errorf("internal/callbacks is shared by way of the journal, but: %q", found)
	}
}
