package doctor

import "fmt"

// Level says how serious a finding is.
type Level int

// Levels. Only a problem makes the examination fail.
const (
	OK      Level = iota
	Warning       // works, but not ideally, or could not be examined
	Problem       // something does not work
)

// String returns the level's word in the report.
func (l Level) String() string {
	switch l {
	case OK:
		return "ok"
	case Warning:
		return "warning"
	case Problem:
		return "problem"
	}
	return "unknown"
}

// Finding is the result for one thing that was examined.
type Finding struct {
	Level Level
	Text  string   // what was found
	Do    []string // what to do about it, one step per line
}

// Section has the findings about one subject.
type Section struct {
	Title    string
	Findings []Finding
}

func ok(format string, args ...any) Finding {
	return Finding{Level: OK, Text: fmt.Sprintf(format, args...)}
}

func warning(format string, args ...any) Finding {
	return Finding{Level: Warning, Text: fmt.Sprintf(format, args...)}
}

func problem(format string, args ...any) Finding {
	return Finding{Level: Problem, Text: fmt.Sprintf(format, args...)}
}

// todo adds a step for the operator.
func (f Finding) todo(format string, args ...any) Finding {
	f.Do = append(f.Do, fmt.Sprintf(format, args...))
	return f
}
