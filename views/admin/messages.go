package admin

import "strings"

// Way is a channel as the file has it, without secrets.
type Way struct {
	Name    string // of the channel, and of its place if it has several
	Address string
	Facts   []string
}

// Destination is where messages go together.
type Destination struct {
	Slack                  string
	Email, Teams, Webhooks []string
}

// Route leads messages about some requests elsewhere. An empty list means all.
type Route struct {
	Queues, Functions, Sources, Tags []string
	To                               Destination
}

// QueueNotices is what messages about the requests of a queue may say.
type QueueNotices struct {
	Queue, Title     string
	Fields, RemindAt []string
}

func wayEntry(w Way) entry {
	e := entry{Name: w.Name}
	if w.Address != "" {
		e.Facts = append(e.Facts, w.Address)
	}
	e.Facts = append(e.Facts, w.Facts...)
	if len(e.Facts) == 0 {
		e.Facts = []string{"configured"}
	}
	return e
}

func routeEntry(r Route) entry {
	var of []string
	for _, part := range []struct {
		what  string
		names []string
	}{{"queue ", r.Queues}, {"function ", r.Functions}, {"source ", r.Sources}, {"tag ", r.Tags}} {
		if len(part.names) > 0 {
			of = append(of, part.what+joined(part.names, ""))
		}
	}
	name := strings.Join(of, ", ")
	if name == "" {
		name = "every request"
	}
	return entry{name, r.To.facts()}
}

// facts say the places of a destination.
func (d Destination) facts() (all []string) {
	for _, part := range []struct{ what, places string }{
		{"Slack ", d.Slack}, {"e-mail ", joined(d.Email, "")}, {"Teams ", joined(d.Teams, "")}, {"webhooks ", joined(d.Webhooks, "")},
	} {
		if part.places != "" {
			all = append(all, part.what+part.places)
		}
	}
	return all
}

func noticesEntry(n QueueNotices) entry {
	e := entry{Name: n.Queue}
	for _, part := range []struct{ what, value string }{
		{"titles ", n.Title}, {"values ", joined(n.Fields, "")}, {"reminders at ", joined(n.RemindAt, "")},
	} {
		if part.value != "" {
			e.Facts = append(e.Facts, part.what+part.value)
		}
	}
	return e
}
