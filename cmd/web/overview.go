package main

import (
	"cmp"
	"maps"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/config/deskfile"
	"countersign/views/admin"
)

// overview is what a desk says, for the admins' page: without secrets, in order of the names.
func (p *purpose) overview(file string) admin.Desk {
	d := p.desk
	said := admin.Desk{
		File: file, Version: callbacks.ConfigVersion(d.Version),
		Reviewers: d.Roles.Reviewers, Admins: d.Roles.Admins, Auditors: d.Roles.Auditors,
		Queues: sorted(p.queues, func(_ string, q callbacks.Queue) callbacks.Queue { return q }),
		Groups: sorted(d.Groups, func(name string, g deskfile.Group) admin.Group {
			return admin.Group{Name: name, Slack: g.Slack, Email: g.Email, Teams: g.Teams}
		}),
		Sources: sorted(d.Sources, func(name string, s deskfile.Source) admin.Source {
			return admin.Source{Name: name, Queues: s.Queues, Secrets: len(s.Secrets), Tokens: len(s.Tokens)}
		}),
		Topics: sorted(d.Topics, func(arn string, t deskfile.Topic) admin.Topic {
			return admin.Topic{ARN: arn, Source: t.Source, Queues: t.Queues, Events: t.Events}
		}),
		Functions: sorted(d.Functions, overviewOfFunction),
		Accounts: sorted(d.Accounts, func(number string, a deskfile.Account) admin.Account {
			return admin.Account{Number: number, RoleARN: a.RoleARN, ExternalID: a.ExternalID != ""}
		}),
	}
	overviewOfMessages(d, &said)
	return said
}

func overviewOfFunction(name string, f deskfile.Function) admin.Function {
	said := admin.Function{
		Name: name, Watched: f.Watch != nil, Encrypted: f.EncryptionKey != nil, KMSKey: f.KMSKey, Format: f.Format,
	}
	if f.Codec != nil {
		said.CodecURL = f.Codec.URL
	}
	if w := f.Watch; w != nil {
		said.Queue, said.Region, said.Account = w.Queue, w.Region, w.Account
		said.ExceptNames, said.ExceptTypes = w.Except.Names, w.Except.Subtypes
	}
	for _, t := range f.Templates {
		said.Templates = append(said.Templates, cmp.Or(t.Callback, "*"))
	}
	return said
}

// sorted converts what has a name, in order of the names.
func sorted[From, To any](all map[string]From, convert func(string, From) To) []To {
	converted := make([]To, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		converted = append(converted, convert(name, all[name]))
	}
	return converted
}
