package announcement

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/form"
	"countersign/internal/jsontext"
)

// Template says what a callback asks whose function announces nothing. Its texts may hold {{input}}
// and {{input/PATH}}, values of the input of the execution. A Template is never changed: many
// goroutines share it.
type Template struct {
	Callback    string // pattern of the callback's name; empty for every callback
	Title       string
	Description string // markdown; values in it are plain text
	Requester   callbacks.Requester
	Payload     json.RawMessage // JSON; empty for the input as it is
	Queue       string          // empty for that of the watch
	Group       string
	Tags        []string
	Masked      []string            // JSON pointers into the payload
	Outcomes    []callbacks.Outcome // without placeholders of the input
	// Forms are those of the outcomes, by their names. Their values may hold placeholders.
	Forms map[string]Form
}

// AsksSecret reports whether a form of the template asks for a secret.
func (t *Template) AsksSecret() bool {
	for _, brought := range t.Forms {
		schema, err := form.Parse(string(brought.Schema))
		if err == nil && form.New(schema).AsksSecret() {
			return true
		}
	}
	return false
}

// Make makes a callback that was found in a history, and its content. found is what the history says
// of it, with the input as payload; input is valid JSON. Values that are missing in the input, or
// that an announcement could not have, are left out and named in the content. compiler reads the
// forms; it may be nil if there are none. An error is one of the found callback itself.
func (t *Template) Make(
	ctx context.Context, found Announcement, input []byte, queues callbacks.Queues, compiler form.Compiler, now time.Time,
) (callbacks.Callback, callbacks.Content, error) {
	var f filling
	f.input, _ = jsontext.Read(input)
	a := f.announcement(t, found)
	a.Forms = f.forms(ctx, t, compiler)
	c, content, err := a.Callback(callbacks.SourceDiscovery, nil, queues, now)
	if faults, ok := errors.AsType[fault.List](err); ok {
		f.withdraw(&a, found, faults)
		c, content, err = a.Callback(callbacks.SourceDiscovery, nil, queues, now)
	}
	content.Template = &callbacks.TemplateUse{Payload: !bytes.Equal(a.Payload, found.Payload), LeftOut: f.left}
	return c, content, err
}

// announcement is what a function would have sent that announces what the template says.
func (f *filling) announcement(t *Template, found Announcement) Announcement {
	a := found
	a.Title, _ = f.text("title", t.Title, inLine)
	a.Group, _ = f.text("group", t.Group, inLine)
	a.Requester, a.RequesterID = f.requester(t.Requester)
	if t.Queue != "" {
		a.Queue = t.Queue
	}
	if len(t.Payload) > 0 {
		var ok bool
		// Without a payload the input counts as unread. The input itself never takes its place: who
		// starts an execution would choose what the rules and masks read.
		if a.Payload, ok = f.payload(t.Payload); ok {
			a.Description = "" // which says why the input is not shown
		}
	}
	if description, ok := f.text("description", t.Description, inMarkdown); ok {
		a.Description = strings.TrimSpace(a.Description + "\n\n" + description)
	}
	for i, tag := range t.Tags {
		if tag, ok := f.text("tags/"+strconv.Itoa(i), tag, inLine); ok {
			a.Tags, f.tags = append(a.Tags, tag), append(f.tags, i)
		}
	}
	a.Masked, a.Outcomes = t.Masked, t.Outcomes
	return a
}

// requester returns who asks, as an announcement says it. An address is one by itself: a name beside
// it cannot bring another.
func (f *filling) requester(r callbacks.Requester) (text, id string) {
	id, _ = f.text("requester/id", r.ID, inLine)
	text, named := f.text("requester/name", r.Name, inLine)
	address, addressed := f.text("requester/email", r.Email, inLine)
	if !addressed {
		return text, id
	}
	if !isAddress(address) {
		f.leave("requester/email", notAddress)
		return text, id
	}
	if named && strings.Contains(text, "@") {
		f.leave("requester/name", "it holds an @, and the address stands beside it")
		text = ""
	}
	return strings.TrimSpace(text + " <" + address + ">"), id
}

const notAddress = "this is not one e-mail address, as in ines@example.com"

func isAddress(text string) bool {
	r, unclear := callbacks.ParseRequester(text, "")
	return unclear == "" && r.Name == "" && r.Email == text
}

// withdraw takes back what the template said and an announcement could not say.
func (f *filling) withdraw(a *Announcement, found Announcement, faults fault.List) {
	var tags []int
	for _, fault := range faults {
		place := strings.TrimPrefix(fault.Pointer, "/")
		field, rest, _ := strings.Cut(place, "/")
		switch field {
		case "title":
			a.Title = ""
		case "group":
			a.Group = ""
		case "description":
			a.Description = ""
		case "requester":
			a.Requester = ""
		case "requesterId":
			a.RequesterID = ""
		case "queue":
			a.Queue = found.Queue
		case "outcomes":
			a.Outcomes = nil
		case "tags":
			i, _ := strconv.Atoi(rest)
			tags, place = append(tags, i), "tags/"+strconv.Itoa(f.tags[i])
		default:
			continue // of the found callback itself
		}
		f.leave(place, fault.Detail)
	}
	for _, i := range slices.Backward(slices.Compact(tags)) {
		a.Tags = slices.Delete(a.Tags, i, i+1)
	}
}

// payload fills in the template of a payload. ok is false if that gives no payload which can be used.
func (f *filling) payload(template json.RawMessage) (payload json.RawMessage, ok bool) {
	var out bytes.Buffer
	f.spoiled = false
	if value, ok := jsontext.Read(template); !ok || !f.value(&out, value, "payload") || f.spoiled {
		return nil, false
	}
	if out.Len() > maxFilled {
		f.leave("payload", tooLong)
		return nil, false
	}
	return out.Bytes(), true
}
