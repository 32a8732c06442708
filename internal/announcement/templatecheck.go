package announcement

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/internal/jsontext"
)

// maxReferences is the most placeholders of a template.
const maxReferences = 100

// Check returns what is wrong with a template whatever the input is. The pointers lead into the
// template as countersign.yaml has it. rejectAs is the kind that the queue gives to reject; compiler
// reads the forms, and may be nil if there are none.
func (t *Template) Check(rejectAs callbacks.Kind, compiler form.Compiler) fault.List {
	var faults fault.List
	c := templateCheck{faults: &faults}
	sample := Announcement{
		Title: c.sample("/title", t.Title), Description: c.sample("/description", t.Description), Group: c.sample("/group", t.Group),
		Outcomes: append([]callbacks.Outcome(nil), t.Outcomes...), // checkOutcomes normalises them in place
		Forms:    t.Forms,
	}
	for i, tag := range t.Tags {
		sample.Tags = append(sample.Tags, c.sample("/tags/"+strconv.Itoa(i), tag))
	}
	sample.checkText(&faults)
	checkTags(sample.Tags, &faults)
	checkMasked(t.Masked, &faults)
	c.forms(sample, compiler)
	checkOutcomes(sample.Outcomes, rejectAs, "/outcomes", &faults)
	c.requester(t.Requester)
	if len(t.Payload) > maxTemplate {
		faults.Add("/payload", "a template has at most %d bytes", maxTemplate)
	} else if payload, ok := jsontext.Read(t.Payload); ok {
		c.payload(payload, "/payload")
	}
	if c.references > maxReferences {
		faults.Add("", "the template has %d placeholders: at most %d are allowed", c.references, maxReferences)
	}
	return faults
}

// templateCheck looks at the texts of one template.
type templateCheck struct {
	faults     *fault.List
	references int
}

// sample checks the placeholders of a text, and returns it with the shortest values in their places.
func (c *templateCheck) sample(at, text string) string {
	sample := placeholder.ReplaceAllStringFunc(text, func(found string) string {
		c.references++
		if _, ok := reference(strings.Trim(found, "{}")); !ok {
			c.faults.Add(at, "%s is not known: write {{input}} or, for a part of it, {{input/customer/name}}", found)
		}
		return "x"
	})
	if strings.Contains(sample, "{{") {
		c.faults.Add(at, "{{ begins a placeholder that is not closed: write {{input}} or {{input/customer/name}}")
	}
	return sample
}

func (c *templateCheck) requester(r callbacks.Requester) {
	for _, text := range []struct {
		at, value string
		limit     int
	}{
		{"/requester/name", r.Name, maxName}, {"/requester/email", r.Email, maxName},
		{"/requester/id", r.ID, callbacks.MaxSubjectRunes},
	} {
		sample := c.sample(text.at, text.value)
		if n := utf8.RuneCountInString(sample); n > text.limit {
			c.faults.Add(text.at, "at most %d characters, this has %d", text.limit, n)
		}
		checkLine(text.at, sample, c.faults)
	}
	if r.Email != "" && !strings.Contains(r.Email, "{{") && !isAddress(r.Email) {
		c.faults.Add("/requester/email", notAddress)
	}
}

// payload checks the texts of a payload. A name is written as it stands.
func (c *templateCheck) payload(v jsontext.Value, at string) {
	if !v.Branch() {
		if text, ok := scalar(v); ok {
			c.sample(at, text)
		}
		return
	}
	for m := range v.Members() {
		if m.Key == nil {
			c.payload(m.Value, at+"/"+strconv.Itoa(m.Index))
			continue
		}
		name, _ := jsontext.Text(m.Key, len(m.Key))
		below := at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		if strings.Contains(name, "{{") {
			c.faults.Add(below, "a name cannot hold a placeholder: write it as a value")
		}
		c.payload(m.Value, below)
	}
}
