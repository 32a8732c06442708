package admin

import (
	"fmt"
	"strings"

	"countersign/internal/callbacks"
	"countersign/views/words"
)

// Desk is what countersign.yaml says, without secrets. Everything is in order of its name.
type Desk struct {
	File    string
	Version callbacks.ConfigVersion

	Reviewers, Admins, Auditors []string // groups
	Groups                      []Group
	Queues                      []callbacks.Queue
	Sources                     []Source
	Topics                      []Topic
	Functions                   []Function
	Accounts                    []Account
	Ways                        []Way
	Routes                      []Route
	Notices                     []QueueNotices
}

// Group is a group that the file lists.
type Group struct {
	Name         string
	Slack        string
	Email, Teams []string
}

// Source is a sender of webhooks.
type Source struct {
	Name            string
	Queues          []string // that it may address; empty for all
	Secrets, Tokens int
}

// Topic is an SNS topic whose messages are announcements.
type Topic struct {
	ARN, Source string
	Queues      []string
	Events      bool // EventBridge may say through it how executions ended
}

// Function is a Lambda function.
type Function struct {
	Name                     string
	Watched                  bool
	Queue, Region, Account   string // of a watch
	ExceptNames, ExceptTypes []string
	Templates                []string // the patterns of their callbacks
	Encrypted                bool     // with a key of the desk's own
	KMSKey                   string   // that encrypts
	CodecURL                 string   // of a codec server
	Format                   string   // json or text; empty means json
}

// Account is an AWS account besides that of the default credentials.
type Account struct {
	Number, RoleARN string
	ExternalID      bool
}

// section is a part of the file, in words.
type section struct {
	Title, None string
	Entries     []entry
}

type entry struct {
	Name  string
	Facts []string
}

// maxEntries bounds the entries of a section that the page shows.
const maxEntries = 100

// shown returns the entries that the page shows, and how many more there are.
func (s section) shown() (entries []entry, more int) {
	n := min(len(s.Entries), maxEntries)
	return s.Entries[:n], len(s.Entries) - n
}

// sections says a desk in words.
func (d Desk) sections() []section {
	return []section{
		{Title: "Roles", Entries: d.roles()},
		{Title: "Queues", Entries: entries(d.Queues, queueEntry)},
		{Title: "Sources", None: "No source may send webhooks.", Entries: entries(d.Sources, sourceEntry)},
		{Title: "SNS topics", None: "No SNS topic is listed.", Entries: entries(d.Topics, topicEntry)},
		{Title: "Functions", None: "No function is searched or encrypted.", Entries: entries(d.Functions, functionEntry)},
		{Title: "Accounts", None: "Only the account of the default credentials.", Entries: entries(d.Accounts, accountEntry)},
		{Title: "Groups", None: "No groups are listed, so roles and queues may name any.", Entries: entries(d.Groups, groupEntry)},
		{Title: "Ways of messages", None: "Nobody is told of requests.", Entries: entries(d.Ways, wayEntry)},
		{Title: "Routes of messages", None: "Messages go to the places of the groups.", Entries: entries(d.Routes, routeEntry)},
		{Title: "What messages may say", None: "Titles, except in pushes, and no values.", Entries: entries(d.Notices, noticesEntry)},
	}
}

func entries[T any](all []T, say func(T) entry) []entry {
	said := make([]entry, len(all))
	for i, one := range all {
		said[i] = say(one)
	}
	return said
}

func (d Desk) roles() (all []entry) {
	for _, r := range []struct {
		name   string
		groups []string
	}{{"Reviewers", d.Reviewers}, {"Admins", d.Admins}, {"Auditors", d.Auditors}} {
		all = append(all, entry{r.name, []string{members(r.groups)}})
	}
	return all
}

// members says who has a role.
func members(groups []string) string {
	if len(groups) == 0 {
		return "nobody"
	}
	return "members of " + joined(groups, "")
}

func queueEntry(q callbacks.Queue) entry {
	e := entry{q.Name, []string{"decided by " + members(q.Groups)}}
	if n := len(q.Rules); n > 0 {
		e.Facts = []string{"seen by " + members(q.Groups), words.Plural(n, "rule") + " about who must sign"}
	}
	if q.FourEyes {
		e.Facts = append(e.Facts, "requesters cannot decide their own requests")
	}
	switch q.KeepAlive {
	case callbacks.KeepAliveQueued:
		e.Facts = append(e.Facts, "heartbeats also while a request waits")
	case callbacks.KeepAliveSigned:
		e.Facts = append(e.Facts, "heartbeats also while a signature waits for others")
	case callbacks.KeepAliveReview:
	}
	if q.KeepAliveMax > 0 {
		e.Facts = append(e.Facts, "those for at most "+words.Duration(q.KeepAliveMax))
	}
	switch q.Free {
	case callbacks.FreeAlways:
		e.Facts = append(e.Facts, "reviewers may write the answer of every request")
	case callbacks.FreeNever:
		e.Facts = append(e.Facts, "reviewers never write an answer of their own")
	case callbacks.FreeFound:
	}
	if q.RejectAs == callbacks.Success {
		e.Facts = append(e.Facts, "the usual reject is sent as a success")
	}
	return e
}

func sourceEntry(s Source) entry {
	e := entry{s.Name, []string{"may address " + joined(s.Queues, "every queue")}}
	if s.Secrets > 0 {
		e.Facts = append(e.Facts, words.Plural(s.Secrets, "secret"))
	}
	if s.Tokens > 0 {
		e.Facts = append(e.Facts, words.Plural(s.Tokens, "token"))
	}
	return e
}

func topicEntry(t Topic) entry {
	e := entry{t.ARN, []string{"announces as source " + t.Source, "may address " + joined(t.Queues, "every queue")}}
	if t.Events {
		e.Facts = append(e.Facts, "also events of how executions ended")
	}
	return e
}

func functionEntry(f Function) entry {
	e := entry{Name: f.Name}
	if f.Watched {
		e.Facts = append(e.Facts, "searched, into queue "+f.Queue)
	}
	for _, fact := range []struct{ what, value string }{
		{"region ", f.Region}, {"account ", f.Account},
		{"without names ", joined(f.ExceptNames, "")}, {"without subtypes ", joined(f.ExceptTypes, "")},
		{"templates for callbacks ", joined(f.Templates, "")},
	} {
		if fact.value != "" {
			e.Facts = append(e.Facts, fact.what+fact.value)
		}
	}
	if f.Encrypted {
		e.Facts = append(e.Facts, "results are encrypted with AES-GCM")
	}
	for _, fact := range []struct{ what, value string }{
		{"results are encrypted with KMS key ", f.KMSKey}, {"results are encoded by the codec server ", f.CodecURL}, {"reads results as ", f.Format},
	} {
		if fact.value != "" {
			e.Facts = append(e.Facts, fact.what+fact.value)
		}
	}
	return e
}

func accountEntry(a Account) entry {
	e := entry{a.Number, []string{"role " + a.RoleARN}}
	if a.ExternalID {
		e.Facts = append(e.Facts, "with an external ID")
	}
	return e
}

func groupEntry(g Group) entry {
	return entry{g.Name, Destination{Slack: g.Slack, Email: g.Email, Teams: g.Teams}.facts()}
}

// maxJoined bounds the names of one fact.
const maxJoined = 30

// joined joins names; without any it returns none.
func joined(names []string, none string) string {
	switch n := len(names); {
	case n == 0:
		return none
	case n > maxJoined:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxJoined], ", "), n-maxJoined)
	}
	return strings.Join(names, ", ")
}
