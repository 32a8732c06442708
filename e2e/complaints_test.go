package e2e_test

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// heedComplaints fails the test, when it is over, for whatever the browser complained about: errors
// of scripts, violations of the content policy, files that are missing.
func (p *person) heedComplaints() {
	complaints := newRecord[string]()
	err := chromedp.Listen(p.tab, func(event any) {
		if c := complaint(event); c != "" {
			complaints.add(c)
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		all, _ := complaints.all()
		for _, c := range all {
			p.t.Errorf("the browser of %s complains: %s", p.name, c)
		}
	})
}

// complaint is what an event complains about, empty for nothing.
func complaint(event any) string {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		thrown := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			thrown += " " + e.ExceptionDetails.Exception.Description
		}
		return thrown
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			return fmt.Sprintf("console.%s %v", e.Type, e.Args)
		}
	case *log.EventEntryAdded:
		// Answers such as 409 are meant; tests look at them themselves. A file of ours that is
		// missing is not.
		answered := e.Entry.Source == log.EntrySourceNetwork && !strings.Contains(e.Entry.URL, "/static/")
		if e.Entry.Level == log.EntryLevelError && !answered {
			return fmt.Sprintf("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	}
	return ""
}

// call sends the browser a command of its protocol for the tab.
func call[P, R any](p *person, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	result, err := chromedp.Call(p.tab, command, params)
	if err != nil {
		p.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}
