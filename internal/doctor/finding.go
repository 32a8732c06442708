package doctor

import "fmt"

// Level says how bad a finding is.
type Level int

// The levels. Only a problem makes the examination fail.
const (
	OK      Level = iota
	Warning       // works, but not as one would wish, or could not be looked at
	Problem       // something does not work
)

// String is the level's word in the report.
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

// Finding is one thing that was looked at.
type Finding struct {
	Level Level
	Text  string   // what was found
	Do    []string // what to do about it, one step a line
}

// Section is what was found of one subject.
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

// todo adds a step to take.
func (f Finding) todo(format string, args ...any) Finding {
	f.Do = append(f.Do, fmt.Sprintf(format, args...))
	return f
}
