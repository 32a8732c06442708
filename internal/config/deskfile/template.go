package deskfile

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/config/strictyaml"
)

// Template says what callbacks of a watched function ask that nobody announced.
type Template struct {
	Callback    string          `yaml:"callback"`
	Title       string          `yaml:"title"`
	Description string          `yaml:"description"`
	Requester   *Requester      `yaml:"requester"`
	Payload     json.RawMessage `yaml:"payload"`
	Queue       string          `yaml:"queue"`
	Group       string          `yaml:"group"`
	Tags        []string        `yaml:"tags"`
	Masked      []string        `yaml:"masked"`
	Outcomes    []Outcome       `yaml:"outcomes"`
}

var templateKeys = strictyaml.Table{
	"callback": {
		Help: "Name of the callback, or of the context that directly contains it; * is any " +
			"text. Without it: every callback that no template before this one takes.",
		Example: "sign-off",
		Pattern: `^.{1,256}$`,
		Words:   "write at most 256 characters",
	},
	"title": {Help: "As in an announcement.", Example: "'Contract of {{input/customer}}: renewal'"},
	"description": {
		Help:    "Markdown. Values of the input in it are plain text.",
		Example: "'Ends on **{{input/renews}}**.'",
	},
	"requester": {
		Help:    "Who asks. Rules compare them with the people who sign.",
		Example: "{name: '{{input/owner/name}}'}",
	},
	"payload": {
		Help:    "Any value; what conditions of rules read too.",
		Example: "{customer: '{{input/customer}}'}",
		Default: "the input as it is",
	},
	"queue": {Help: "Queue for it.", Example: "legal", Default: "the watch's"},
	"group": {
		Help:    "What lists fold into one row, as in an announcement ([intake.md](intake.md)).",
		Example: "'renewals of {{input/region}}'",
	},
	"tags": {Help: "At most 10.", Example: "[contract]", Max: 10},
	"masked": {
		Help: "JSON pointers to values of the payload that nobody sees before they reveal " +
			"them, beside those of the queue. See [masks.md](masks.md).",
		Example: "[/customer/iban]",
		Max:     50,
	},
	"outcomes": {
		Help:    "The ways to decide it, as in an announcement ([intake.md](intake.md)).",
		Example: "[{name: approve, label: Renew, kind: success, payload: {renew: true}}]",
		Default: "approve and reject",
		Max:     6,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Template) Table() strictyaml.Table { return templateKeys }

// Requester is who asks.
type Requester struct {
	Name  string `yaml:"name"`
	Email string `yaml:"email"`
	ID    string `yaml:"id"`
}

var requesterKeys = strictyaml.Table{
	"name": {
		Help: "Name, or \"Ines Calloway <ines@example.com>\" where the input has both in one " +
			"text.",
		Example: "'{{input/owner/name}}'",
	},
	"email": {Help: "One address.", Example: "'{{input/owner/email}}'"},
	"id":    {Help: "Their subject at the desk's sign-in.", Example: "'{{input/owner/sub}}'"},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Requester) Table() strictyaml.Table { return requesterKeys }

// Outcome is a way to decide a request.
type Outcome struct {
	Name         string          `yaml:"name"`
	Label        string          `yaml:"label"`
	Kind         string          `yaml:"kind"`
	Stance       string          `yaml:"stance"`
	Comment      string          `yaml:"comment"`
	Encoding     string          `yaml:"encoding"`
	Payload      json.RawMessage `yaml:"payload"`
	Form         json.RawMessage `yaml:"form"`
	Value        json.RawMessage `yaml:"value"`
	ErrorType    string          `yaml:"errorType"`
	ErrorMessage string          `yaml:"errorMessage"`
	ErrorData    json.RawMessage `yaml:"errorData"`
}

var outcomeKeys = strictyaml.Table{
	"name":  {Help: "1 to 40 of a-z, 0-9, - and _, beginning with a letter.", Example: "approve", Required: true},
	"label": {Help: "What the button says, at most 40 characters.", Example: "Renew", Required: true},
	"kind": {
		Help:     "How it completes the callback.",
		Example:  "success",
		Required: true,
		Enum:     []string{"success", "failure"},
	},
	"stance": {
		Help:    "What a signature for it counts as; else for, and against for a failure.",
		Example: "against",
		Enum:    []string{"for", "against"},
	},
	"comment": {
		Help:    "Whether it takes a comment; else optional, and required for a failure.",
		Example: "required",
		Enum:    []string{"optional", "required", "none"},
	},
	"encoding": {
		Help:    "How the payload of a success is sent; else json.",
		Example: "text",
		Enum:    []string{"json", "text"},
	},
	"payload": {
		Help: "What the function receives of a success, with {{comment}} and the other " +
			"placeholders of [intake.md](intake.md).",
		Example: "{renew: true}",
	},
	"form": {
		Help: "A JSON Schema of what the reviewer answers, see [forms.md](forms.md). Without " +
			"a payload, a success sends the answer.",
		Example: "{type: integer, minimum: 1}",
	},
	"value": {
		Help:    "The answer that the form starts from, with values of the input.",
		Example: "'{{input/amount}}'",
	},
	"errorType":    {Help: "Of a failure.", Example: "Declined"},
	"errorMessage": {Help: "Of a failure.", Example: "'{{comment}}'", Default: "the comment"},
	"errorData":    {Help: "Of a failure.", Example: "{by: '{{reviewer.email}}'}"},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Outcome) Table() strictyaml.Table { return outcomeKeys }

// Domain is the template in the type of the domain.
func (t Template) Domain() announcement.Template {
	domain := announcement.Template{
		Callback: t.Callback, Title: t.Title, Description: t.Description, Payload: t.Payload, Queue: t.Queue, Group: t.Group, Tags: t.Tags, Masked: t.Masked,
		Forms: make(map[string]announcement.Form),
	}
	if r := t.Requester; r != nil {
		domain.Requester = callbacks.Requester{Name: r.Name, Email: r.Email, ID: r.ID}
	}
	for _, o := range t.Outcomes {
		domain.Outcomes = append(domain.Outcomes, callbacks.Outcome{
			Name: o.Name, Label: o.Label, Kind: callbacks.Kind(o.Kind), Stated: callbacks.Stance(o.Stance),
			Comment: callbacks.CommentRule(o.Comment), Encoding: callbacks.Encoding(o.Encoding), Payload: o.Payload,
			ErrorType: o.ErrorType, ErrorMessage: o.ErrorMessage, ErrorData: o.ErrorData,
		})
		if len(o.Form)+len(o.Value) > 0 {
			domain.Forms[o.Name] = announcement.Form{Schema: o.Form, Value: o.Value}
		}
	}
	return domain
}

// checkTemplates notes templates that make no request, or none that an announcement could make.
func (c *checker) checkTemplates(f Function, at strictyaml.Path) {
	if len(f.Templates) > 0 && f.Watch == nil && !c.doc.Faulty(at.Key("watch")) {
		c.doc.Fault(at.Key("templates"), "the function is not watched, so nothing is found to use them for: write watch: {}")
	}
	first := make(map[string]int)
	for i, t := range f.Templates {
		place := at.Key("templates").Item(i)
		if earlier, all := first[""]; all {
			c.doc.Fault(place, "no callback gets this template, because template %d takes every callback: put it last", earlier+1)
		} else if earlier, twice := first[t.Callback]; twice {
			c.doc.Fault(place.Key("callback"), "template %d takes these callbacks: remove one", earlier+1)
		}
		if t.Callback != "" || !c.doc.Has(place.Key("callback")) {
			first[t.Callback] = i
		}
		c.checkQueue(place.Key("queue"), t.Queue)
		c.checkTemplate(t, f, place)
	}
}

// checkTemplate notes what an announcement could not say, except in what is faulty already.
func (c *checker) checkTemplate(t Template, f Function, at strictyaml.Path) {
	if c.doc.Faulty(at) {
		return
	}
	queue := t.Queue
	if f.Watch != nil {
		queue = cmp.Or(queue, f.Watch.Queue)
	}
	rejectAs := cmp.Or(c.desk.Queues[cmp.Or(queue, callbacks.DefaultQueue)].RejectAs, string(callbacks.Failure))
	domain := t.Domain()
	for _, fault := range domain.Check(callbacks.Kind(rejectAs), c.Forms) {
		c.doc.Fault(c.placeOf(at, fault.Pointer), "%s", fault.Detail)
	}
}

// placeOf returns the path of what a JSON pointer names below a path, as far as the file has it.
func (c *checker) placeOf(at strictyaml.Path, pointer string) strictyaml.Path {
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		below := at.Key(token)
		if i, err := strconv.Atoi(token); err == nil && c.doc.Has(at.Item(i)) {
			below = at.Item(i)
		}
		if token != "" {
			at = below
		}
	}
	return at
}
