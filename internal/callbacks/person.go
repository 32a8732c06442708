package callbacks

import (
	"slices"
	"strings"
)

// Roles are what a signed-in person may do at all. Queues narrow what a reviewer may see and decide.
type Roles struct {
	Reviewer bool // sees and decides what their queues hold
	Admin    bool // sees everything, retries deliveries; decides only in queues whose groups they are in
	Auditor  bool // sees everything and the audit, changes nothing
}

// Any reports whether the person has a role at all.
func (r Roles) Any() bool { return r.Reviewer || r.Admin || r.Auditor }

// Person is somebody who signed in. The provider vouches for every field.
type Person struct {
	Subject string // the provider's stable key; what decisions and reviews are kept under
	Name    string
	Email   string
	Groups  []string
	Roles   Roles
}

// InGroup reports whether the person is in at least one of the groups.
func (p Person) InGroup(groups []string) bool {
	return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(p.Groups, g) })
}

// Is reports whether the requester that a sender stated is this person. Two addresses tell; where one is missing, whatever they
// have in common has to do, because a provider may give no address and four eyes must not become two.
func (p Person) Is(r Requester) bool {
	if r.Email != "" && p.Email != "" {
		return strings.EqualFold(r.Email, p.Email)
	}
	for _, stated := range []string{r.Email, r.Name} {
		if stated == "" {
			continue
		}
		for _, own := range []string{p.Subject, p.Name, p.Email} {
			if strings.EqualFold(stated, own) {
				return true
			}
		}
	}
	return false
}

// Actor is the person as the audit names them.
func (p Person) Actor() Actor {
	name := p.Name
	if name == "" {
		name = p.Email
	}
	if name == "" {
		name = p.Subject
	}
	return Actor{Kind: ActorPerson, ID: p.Subject, Name: name}
}
