package record

import (
	"strconv"
	"strings"
)

// columns are the names of the columns of an export of decisions; those of times say their zone.
var columns = []string{
	"decided_at_utc", "outcome", "label", "stance", "decided_by", "decided_by_id", "via", "rule", "queue", "function", "name", "title", "id",
	"state", "ended_at_utc", "execution_failed", "signatures",
}

// decisionLine is a decision as an export has it. Times are RFC 3339 in UTC.
type decisionLine struct {
	DecidedAt       string          `json:"decidedAt"`
	Outcome         string          `json:"outcome"`
	Label           string          `json:"label"`
	Stance          string          `json:"stance"`
	DecidedBy       string          `json:"decidedBy"`
	DecidedByID     string          `json:"decidedById"`
	Via             string          `json:"via"`
	Rule            string          `json:"rule"`
	Queue           string          `json:"queue"`
	Function        string          `json:"function"`
	Name            string          `json:"name"`
	Title           string          `json:"title"`
	ID              string          `json:"id"`
	State           string          `json:"state"`
	EndedAt         string          `json:"endedAt,omitempty"`
	ExecutionFailed bool            `json:"executionFailed"`
	Signatures      []lineSignature `json:"signatures"`
}

type lineSignature struct {
	By        string `json:"by"`
	ByID      string `json:"byId"`
	ActingFor string `json:"actingFor,omitempty"`
	Stance    string `json:"stance"`
	At        string `json:"at"`
}

func lineOf(d *Decision) decisionLine {
	l := decisionLine{
		DecidedAt: utc(d.At), Outcome: d.Outcome, Label: d.Label, Stance: string(d.Stance), DecidedBy: d.By.Name, DecidedByID: d.By.ID,
		Via: string(d.Via), Rule: d.Rule, Queue: d.Queue, Function: d.Function, Name: d.Name, Title: d.Title, ID: string(d.Callback),
		State: string(d.State), EndedAt: utc(d.EndedAt), ExecutionFailed: d.ExecutionFailed, Signatures: []lineSignature{},
	}
	for _, given := range d.Signatures {
		l.Signatures = append(l.Signatures, lineSignature{
			By: given.By.Name, ByID: given.By.ID, ActingFor: given.ActingFor, Stance: string(given.Stance), At: utc(given.At),
		})
	}
	return l
}

func (l decisionLine) cells() []string {
	signatures := make([]string, len(l.Signatures))
	for i, given := range l.Signatures {
		signatures[i] = given.By
		if given.ActingFor != "" {
			signatures[i] += " for " + given.ActingFor
		}
		signatures[i] += ", " + given.Stance + ", " + given.At
	}
	return []string{
		l.DecidedAt, l.Outcome, l.Label, l.Stance, l.DecidedBy, l.DecidedByID, l.Via, l.Rule, l.Queue, l.Function, l.Name, l.Title, l.ID,
		l.State, l.EndedAt, strconv.FormatBool(l.ExecutionFailed), strings.Join(signatures, "; "),
	}
}
