package callbacks

import (
	"errors"
	"fmt"
	"time"
)

// ErrOldGroups means that the provider last named the person's groups too long ago. The person can
// still read; to change something they have to sign in again. [OldGroups] has the ages.
var ErrOldGroups = errors.New("the groups were read too long ago")

// OldGroups says how old a person's groups are and how old they may be. It matches [ErrOldGroups].
type OldGroups struct {
	Age, Limit time.Duration
}

func (e *OldGroups) Error() string {
	return fmt.Sprintf("%v: %v, the limit is %v", ErrOldGroups, e.Age, e.Limit)
}

// Is makes errors.Is(err, ErrOldGroups) true.
func (e *OldGroups) Is(target error) bool { return target == ErrOldGroups }

// fresh is the check that every change by a person passes besides that of their rights: it returns
// nil or an *[OldGroups]. Rights come from groups, and a person who left a group must not go on
// deciding by it until their session ends.
func (s *Service) fresh(p Person, now time.Time) error {
	age := now.Sub(p.GroupsReadAt)
	if s.groupsMaxAge == 0 || age < s.groupsMaxAge {
		return nil
	}
	return &OldGroups{Age: age, Limit: s.groupsMaxAge}
}

// freshUntil is the time from which the person has to sign in again before they change something;
// zero for never.
func (s *Service) freshUntil(p Person) time.Time {
	if s.groupsMaxAge == 0 {
		return time.Time{}
	}
	return p.GroupsReadAt.Add(s.groupsMaxAge)
}

// mayTakePart is nil when the person may decide the callback and their groups are fresh.
func (s *Service) mayTakePart(p Person, c *Callback, now time.Time) error {
	if err := s.queues.MayDecide(p, c); err != nil {
		return err
	}
	return s.fresh(p, now)
}
