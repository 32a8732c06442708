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
	Callback    string          `yaml:"callback" example:"sign-off" pattern:"^.{1,256}$" words:"write at most 256 characters" help:"Name of the callback, or of the context that directly contains it; * is any text. Without it: every callback that no template before this one takes."`
	Title       string          `yaml:"title" example:"'Contract of {{input/customer}}: renewal'" help:"As in an announcement."`
	Description string          `yaml:"description" example:"'Ends on **{{input/renews}}**.'" help:"Markdown. Values of the input in it are plain text."`
	Requester   *Requester      `yaml:"requester" example:"{name: '{{input/owner/name}}'}" help:"Who asks. Rules compare them with the people who sign."`
	Payload     json.RawMessage `yaml:"payload" example:"{customer: '{{input/customer}}'}" default:"the input as it is" help:"Any value; what conditions of rules read too."`
	Queue       string          `yaml:"queue" default:"the watch's" example:"legal" help:"Queue for it."`
	Group       string          `yaml:"group" example:"'renewals of {{input/region}}'" help:"What lists fold into one row, as in an announcement ([intake.md](intake.md))."`
	Tags        []string        `yaml:"tags" example:"[contract]" max:"10" help:"At most 10."`
	Masked      []string        `yaml:"masked" example:"[/customer/iban]" max:"50" help:"JSON pointers to values of the payload that nobody sees before they reveal them, beside those of the queue. See [masks.md](masks.md)."`
	Outcomes    []Outcome       `yaml:"outcomes" max:"6" default:"approve and reject" example:"[{name: approve, label: Renew, kind: success, payload: {renew: true}}]" help:"The ways to decide it, as in an announcement ([intake.md](intake.md))."`
}

// Requester is who asks.
type Requester struct {
	Name  string `yaml:"name" example:"'{{input/owner/name}}'" help:"Name, or \"Ines Calloway <ines@example.com>\" where the input has both in one text."`
	Email string `yaml:"email" example:"'{{input/owner/email}}'" help:"One address."`
	ID    string `yaml:"id" example:"'{{input/owner/sub}}'" help:"Their subject at the desk's sign-in."`
}

// Outcome is a way to decide a request.
type Outcome struct {
	Name         string          `yaml:"name" required:"true" example:"approve" help:"1 to 40 of a-z, 0-9, - and _, beginning with a letter."`
	Label        string          `yaml:"label" required:"true" example:"Renew" help:"What the button says, at most 40 characters."`
	Kind         string          `yaml:"kind" required:"true" enum:"success,failure" example:"success" help:"How it completes the callback."`
	Stance       string          `yaml:"stance" enum:"for,against" example:"against" help:"What a signature for it counts as; else for, and against for a failure."`
	Comment      string          `yaml:"comment" enum:"optional,required,none" example:"required" help:"Whether it takes a comment; else optional, and required for a failure."`
	Encoding     string          `yaml:"encoding" enum:"json,text" example:"text" help:"How the payload of a success is sent; else json."`
	Payload      json.RawMessage `yaml:"payload" example:"{renew: true}" help:"What the function receives of a success, with {{comment}} and the other placeholders of [intake.md](intake.md)."`
	Form         json.RawMessage `yaml:"form" example:"{type: integer, minimum: 1}" help:"A JSON Schema of what the reviewer answers, see [forms.md](forms.md). Without a payload, a success sends the answer."`
	Value        json.RawMessage `yaml:"value" example:"'{{input/amount}}'" help:"The answer that the form starts from, with values of the input."`
	ErrorType    string          `yaml:"errorType" example:"Declined" help:"Of a failure."`
	ErrorMessage string          `yaml:"errorMessage" default:"the comment" example:"'{{comment}}'" help:"Of a failure."`
	ErrorData    json.RawMessage `yaml:"errorData" example:"{by: '{{reviewer.email}}'}" help:"Of a failure."`
}

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
