package doctor_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/doctor"
)

func check(title string, findings ...doctor.Finding) doctor.Check {
	return doctor.Check{Title: title, Limit: time.Second, Run: func(context.Context) []doctor.Section {
		return []doctor.Section{{Title: title, Findings: findings}}
	}}
}

func TestExamine(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	tally, err := doctor.Examine(t.Context(), &out,
		check("First", doctor.Finding{Text: "all is well"}, doctor.Finding{Level: doctor.Warning, Text: "not \x1b[31mquite\nright", Do: []string{"look"}}),
		check("Second", doctor.Finding{Level: doctor.Problem, Text: strings.Repeat("é", 1000), Do: []string{"one step", "another"}}),
	)
	if err != nil {
		t.Fatal(err)
	}
	want := `First
  ok       all is well
  warning  not [31mquite right
           → look

Second
  problem  ` + strings.Repeat("é", 599) + `…
           → one step
           → another

`
	if out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
	if want := (doctor.Tally{OK: 1, Warnings: 1, Problems: 1}); tally != want || tally.String() != "1 problem, 1 warning." {
		t.Errorf("counted %+v: %s", tally, tally)
	}
}

// TestExamineEnds: a check that hears nothing of its limit holds up nobody, and the others run
// meanwhile.
func TestExamineEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		defer close(stuck)
		hung := doctor.Check{Title: "Disk", Limit: 10 * time.Second, Run: func(context.Context) []doctor.Section {
			<-stuck
			return nil
		}}
		patient := doctor.Check{Title: "Network", Limit: 10 * time.Second, Run: func(ctx context.Context) []doctor.Section {
			<-ctx.Done()
			return []doctor.Section{{Title: "Network", Findings: []doctor.Finding{{Level: doctor.Problem, Text: ctx.Err().Error()}}}}
		}}
		begun := time.Now()
		var out strings.Builder
		tally, err := doctor.Examine(t.Context(), &out, hung, patient)
		if err != nil || tally.Problems != 2 || !strings.Contains(out.String(), "Disk\n  problem  no answer within 11s") {
			t.Errorf("printed\n%s%+v, %v", out.String(), tally, err)
		}
		if took := time.Since(begun); took != 11*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestExamineCannotPrint(t *testing.T) {
	t.Parallel()
	if _, err := doctor.Examine(t.Context(), full{}, check("First", doctor.Finding{Text: "all is well"})); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestTally(t *testing.T) {
	t.Parallel()
	for tally, want := range map[doctor.Tally]string{
		{OK: 3}:                    "No problems.",
		{Warnings: 2}:              "No problems, 2 warnings.",
		{Problems: 2}:              "2 problems, 0 warnings.",
		{Problems: 1, Warnings: 1}: "1 problem, 1 warning.",
	} {
		if got := tally.String(); got != want {
			t.Errorf("%+v is %q, want %q", tally, got, want)
		}
	}
}
