package doctor

import (
	"context"
	"fmt"
	"io"
	"time"

	"countersign/internal/plural"
)

// Check examines one subject. Checks are independent of each other and run in parallel.
type Check struct {
	Title string        // shown if the check gives no answer
	Limit time.Duration // how long it may take
	Run   func(context.Context) []Section
}

// grace is how long a check may take to notice that its time is over. After that it is left behind,
// for instance if it hangs in the kernel on a file system that is away.
const grace = time.Second

// Tally counts findings.
type Tally struct{ OK, Warnings, Problems int }

// Examine runs the checks at the same time. It writes their findings in the order of the checks,
// each as soon as those before it are done. Its error is that of w.
func Examine(ctx context.Context, w io.Writer, checks ...Check) (Tally, error) {
	results := make([]<-chan []Section, len(checks))
	for i, c := range checks {
		results[i] = c.start(ctx)
	}
	var tally Tally
	for _, result := range results {
		for _, section := range <-result {
			tally.add(section)
			if err := section.write(w); err != nil {
				return tally, err
			}
		}
	}
	return tally, nil
}

// start runs the check. The channel gets a result within the check's limit, whatever the check
// does.
func (c Check) start(ctx context.Context) <-chan []Section {
	found, result := make(chan []Section, 1), make(chan []Section, 1)
	limited, cancel := context.WithTimeout(ctx, c.Limit)
	go func() { found <- c.Run(limited) }()
	go func() {
		defer cancel()
		late := time.NewTimer(c.Limit + grace)
		defer late.Stop()
		select {
		case sections := <-found:
			result <- sections
		case <-late.C:
			result <- []Section{{c.Title, []Finding{problem("no answer within %s", c.Limit+grace)}}}
		}
	}()
	return result
}

func (t *Tally) add(s Section) {
	for _, f := range s.Findings {
		switch f.Level {
		case OK:
			t.OK++
		case Warning:
			t.Warnings++
		case Problem:
			t.Problems++
		}
	}
}

// String is the last line of the report.
func (t Tally) String() string {
	switch {
	case t.Problems > 0:
		return fmt.Sprintf("%s, %s.", plural.Count(t.Problems, "problem"), plural.Count(t.Warnings, "warning"))
	case t.Warnings > 0:
		return fmt.Sprintf("No problems, %s.", plural.Count(t.Warnings, "warning"))
	}
	return "No problems."
}
