package review

import (
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views"
)

// AskerDraft is what an admin entered about the requester, with the faults to correct first.
type AskerDraft struct {
	desk.Statement
	Faults fault.List
}

// askerField is one field of that form.
type askerField struct {
	Name, Label, Hint, Value string
	Limit                    int
	Required                 bool
}

func (d AskerDraft) fields() []askerField {
	return []askerField{
		{Name: "requester", Label: "Name and address", Hint: "such as Ines Calloway <ines@example.com>", Value: d.Requester, Limit: callbacks.MaxNameRunes},
		{Name: "requesterId", Label: "Subject", Hint: "at the sign-in, in place of an address or beside it", Value: d.RequesterID, Limit: callbacks.MaxSubjectRunes},
		{Name: "reason", Label: "How you know", Hint: "goes on record", Value: d.Reason, Limit: callbacks.MaxReasonRunes, Required: true},
	}
}

// Kept returns the fields into which something was typed.
func (d AskerDraft) Kept() (typed []views.KeptField) {
	for _, f := range d.fields() {
		if f.Value != "" {
			typed = append(typed, views.KeptField{Label: f.Label, Value: f.Value})
		}
	}
	return typed
}

// fault returns what is wrong with a field; it is empty if nothing is.
func (d AskerDraft) fault(field string) string {
	for _, f := range d.Faults {
		if f.Pointer == field {
			return f.Detail
		}
	}
	return ""
}

// mayStateRequester reports whether the reader may say who the requester is.
func mayStateRequester(m Review, viewer callbacks.Person) bool {
	return m.WantsRequester && viewer.Roles.Admin
}

// askerWords explain why the form is there.
func askerWords(c *callbacks.Callback) string {
	if c.Requester.StatedBy != "" {
		return "An admin said who asks. Say it again if that is wrong: whoever says it last may not decide this themselves, and every preview becomes out of date."
	}
	return "Queue " + c.Queue + " asks for four eyes, and the sender did not say who asks so that it can be compared. Until you say it here, nobody can decide this. " +
		"Your name and reason go on record, and you may not decide it yourself."
}

func askerTitle(c *callbacks.Callback) string {
	if c.Requester.StatedBy != "" {
		return "Who asks, as an admin said"
	}
	return "Who asks?"
}

func askerPath(list views.Address, id callbacks.ID) string {
	return list.With("item", "", "after", "").At(id.Path() + "/requester").String()
}
