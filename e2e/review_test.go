package e2e_test

import (
	"fmt"
	"time"
)

// settle is how soon after the first press a second one still counts as a double click.
const settle = 400 * time.Millisecond

// arm presses an outcome's button, after typing a comment, which sends nothing yet, and returns the
// exact bytes that the page shows then.
func (p *person) arm(outcome string, comment ...string) (shown string) {
	p.t.Helper()
	// before, the button leads to the page that does the same without scripts
	p.see("decision-bar:defined")
	for _, text := range comment {
		p.write("#comment", text)
	}
	p.click(fmt.Sprintf(`[data-bar="rest"] button[value=%q]`, outcome))
	return p.armed(outcome)
}

// armed waits until an outcome is armed and can be confirmed.
func (p *person) armed(outcome string) (shown string) {
	p.t.Helper()
	p.see(`[data-bar="armed"]`)
	since := eval[float64](p, "performance.now()")
	p.until(fmt.Sprintf("performance.now() - %f > %d", since, settle.Milliseconds()))
	return p.source("#bytes-" + outcome)
}

// confirm makes the armed decision and returns the status of the page that follows.
func (p *person) confirm() int {
	p.t.Helper()
	return p.submit(`[data-bar="armed"] .confirm`)
}

// reaches waits until the page shows a state of its callback.
func (p *person) reaches(state string) {
	p.t.Helper()
	p.see(fmt.Sprintf(`#item[data-state=%q]`, state))
}

// keepsPage makes sure that what the person does until the returned function is called loads no
// page: what changes on it changes in place.
func (p *person) keepsPage() (check func()) {
	p.t.Helper()
	eval[bool](p, "window.samePage = true")
	return func() {
		p.t.Helper()
		if eval[bool](p, "!window.samePage") {
			p.t.Errorf("the page of %s was loaded again, want it to have changed in place", p.name)
		}
	}
}

// kept is the comment that a page kept when it could not be sent.
func (p *person) kept() string {
	p.t.Helper()
	p.see("#kept-comment")
	return eval[string](p, `document.querySelector("#kept-comment").value`)
}

// hasFocus waits until the focus is on something.
func (p *person) hasFocus(selector string) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.activeElement.matches(%s)", quote(selector)))
}
