package demo

import "testing"

func TestNumbers(t *testing.T) {
	t.Parallel()
	for amount, want := range map[float64]string{
		0: "0.00", 96.5: "96.50", 214: "214.00", 999.99: "999.99", 1000: "1,000.00", 1318.4: "1,318.40", 20_005.05: "20,005.05",
	} {
		if got := dollars(amount); got != want {
			t.Errorf("%v is %q, want %q", amount, got, want)
		}
	}
}

// TestReportsTellTheirOwnStory: no report borrows the reasons of another.
func TestReportsTellTheirOwnStory(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	told[""] = true
	all := []any{depositInput(0)}
	for n := range reports {
		all = append(all, expenseInput(n))
	}
	for n, report := range all {
		why := report.(expense).question("id").Description
		if told[why] {
			t.Errorf("report %d says %q", n, why)
		}
		told[why] = true
	}
}
