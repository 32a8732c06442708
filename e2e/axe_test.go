package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

// axe is the source of axe-core, which knows the rules of accessibility.
var axe = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		return "", fmt.Errorf("axe-core is missing, run npm ci: %w", err)
	}
	return string(source), nil
})

// finding is a rule that elements of a page break.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct {
		Target         []any // selectors; nested in shadow trees
		FailureSummary string
	}
}

func (f finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: %s", f.ID, f.Impact, f.Help)
	for _, n := range f.Nodes {
		fmt.Fprintf(&b, "\n\t%v %s", n.Target, strings.ReplaceAll(n.FailureSummary, "\n", " "))
	}
	return b.String()
}

// accessible fails the test for every finding on the page.
func (p *person) accessible(page string) {
	p.t.Helper()
	if p.scriptless { // the page's own scripts were left out when it was loaded, and stay so
		p.runScripts(true)
		defer p.runScripts(false)
	}
	source, err := axe()
	if err != nil {
		p.t.Fatal(err)
	}
	if !eval[bool](p, `typeof axe !== "undefined"`) {
		// evaluated by the debugger, which the content policy does not bind
		eval[struct{}](p, source+"\n;({})")
	}
	found := eval[[]finding](p, `axe.run({resultTypes: ["violations"]}).then(r => r.violations)`)
	for _, f := range found {
		p.t.Errorf("%s: %v", page, f)
	}
}
