package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/views/words"
)

// maxOffenders limits how many decisions of a line are listed.
const maxOffenders = 5

// column is the result of one world.
type column struct {
	name string
	tally
	suffered   suffering
	heartbeats heartbeats
	took       time.Duration
}

// report prints the table, and the decisions that make it fail. It returns errBroken if something
// happened that must never happen.
func report(out, problems io.Writer, columns []column) error {
	header := func(c column) string { return c.name }
	row(out, "", columns, header, "must be")
	row(out, "---", columns, func(column) string { return "---:" }, "---:")
	row(out, "replicas killed at random moments", columns, func(c column) string { return strconv.Itoa(c.suffered.kills) }, "")
	for at, name := range pointNames {
		row(out, "killed: "+name, columns, func(c column) string { return strconv.Itoa(c.suffered.atPoints[at]) }, "")
	}
	row(out, "PostgreSQL restarted", columns, func(c column) string { return strconv.Itoa(c.suffered.restarts) }, "")
	for i, line := range lines {
		must := ""
		if line.never {
			must = "0"
		}
		row(out, line.says, columns, func(c column) string { return strconv.Itoa(c.of[i]) }, must)
	}
	row(out, "heartbeats that Lambda took", columns, func(c column) string { return strconv.Itoa(c.heartbeats.taken) }, "")
	row(out, "of them later than two seconds", columns, func(c column) string { return strconv.Itoa(c.heartbeats.late) }, "")
	row(out, "late: sent in time, not taken", columns, func(c column) string { return strconv.Itoa(c.heartbeats.refused) }, "")
	row(out, "late: something was away when it was due", columns, func(c column) string { return strconv.Itoa(c.heartbeats.away) }, "")
	row(out, "late: neither", columns, func(c column) string { return strconv.Itoa(len(c.heartbeats.unexplained)) }, "")
	row(out, "took", columns, func(c column) string { return c.took.Round(time.Second).String() }, "")
	if !slices.ContainsFunc(columns, column.broken) {
		return nil
	}
	for _, c := range columns {
		c.accuse(problems)
	}
	return errBroken
}

func row(out io.Writer, name string, columns []column, cell func(column) string, must string) {
	cells := []string{name}
	for _, c := range columns {
		cells = append(cells, cell(c))
	}
	fmt.Fprintf(out, "| %s |\n", strings.Join(append(cells, must), " | "))
}

// accuse prints what is known about the first decisions on each line that must be empty.
func (c column) accuse(out io.Writer) {
	for i, line := range lines {
		offenders := c.offenders[count(i)]
		for _, e := range offenders[:min(len(offenders), maxOffenders)] {
			fmt.Fprintf(out, "%s: %s: %s\n", c.name, line.says, e)
		}
	}
}

// String returns the facts from which a person can start to look for the cause.
func (e evidence) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "decision %d, callback %s is %s", e.number, e.record.ID, e.record.State)
	if d := e.record.Decision; d != nil {
		fmt.Fprintf(&b, "\n\trecorded %s by %s: %s %s", d.At.Format(time.StampMilli), d.By.ID, d.Kind, d.SHA256)
	}
	if e.record.Ending != nil {
		fmt.Fprintf(&b, "\n\tended by %s: %s History event: %q", e.record.Ending.By, words.Ending(e.record.Ending, e.record.Decision), e.proof.EventType)
	}
	for _, t := range e.recorded {
		fmt.Fprintf(&b, "\n\tshown as recorded %s to %s: %s", t.at.Format(time.StampMilli), t.person, t.hash)
	}
	if e.delivery != nil {
		for _, a := range e.delivery.Attempts {
			fmt.Fprintf(&b, "\n\tattempt %d %s: %s", a.Number, a.StartedAt.Format(time.StampMilli), a.Reply)
		}
	}
	for i := range e.said {
		fmt.Fprintf(&b, "\n\tthe chat says %s", wordsOf(&e.said[i]))
	}
	for _, t := range e.told {
		fmt.Fprintf(&b, "\n\tsaid by %s", t)
	}
	for c, times := range e.offered {
		fmt.Fprintf(&b, "\n\tsent %d times: %s %s", times, c.kind, c.hash)
	}
	for _, c := range e.closings {
		fmt.Fprintf(&b, "\n\tclosed at Lambda: %s %s", c.kind, c.hash)
	}
	return b.String()
}
