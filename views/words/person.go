package words

import (
	"strings"

	"countersign/internal/callbacks"
	"countersign/views/untrusted"
)

// ByActor names a person for "Approved by …".
func ByActor(a callbacks.Actor, viewer callbacks.Person) string {
	if n := ActorBriefly(a, viewer); n != "You" {
		return n
	}
	return "you"
}

// Actor returns a person's name, or "You" for the reader.
func Actor(a callbacks.Actor, viewer callbacks.Person) string {
	if a.Kind == callbacks.ActorPerson && a.ID == viewer.ID {
		return "You"
	}
	return untrusted.Isolate(a.Name)
}

// ActorBriefly returns a person's first name, or "You" for the reader.
func ActorBriefly(a callbacks.Actor, viewer callbacks.Person) string {
	a.Name = FirstName(a.Name)
	return Actor(a, viewer)
}

// Possessive returns "your" for the reader, "Dana’s" for others.
func Possessive(a callbacks.Actor, viewer callbacks.Person) string {
	if a.Kind == callbacks.ActorPerson && a.ID == viewer.ID {
		return "your"
	}
	return untrusted.Isolate(FirstName(a.Name)) + "’s"
}

// Reviewers says who is reviewing: "You and Dana", "Dana is reviewing".
func Reviewers(reviewers []callbacks.Actor, viewer callbacks.Person) string {
	var names []string
	for _, r := range reviewers {
		if r.ID == viewer.ID {
			names = append([]string{"You"}, names...)
		} else {
			names = append(names, untrusted.Isolate(FirstName(r.Name)))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		if names[0] == "You" {
			return "You are reviewing"
		}
		return names[0] + " is reviewing"
	case 2, 3:
		return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
	return strings.Join(names[:2], ", ") + " and " + Plural(len(names)-2, "other")
}
