package auth_test

import (
	"testing"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
)

// TestWithRoles: the session stays, and its person has the new roles at the next request.
func TestWithRoles(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	if p := b.mustSignIn(); p.Roles != (callbacks.Roles{Reviewer: true}) {
		t.Fatalf("roles %+v", p.Roles)
	}
	before := r.auth.Load()
	r.auth.Store(before.WithRoles(auth.RoleGroups{Auditor: []string{"approvers"}}))
	if p, ok := b.person(); !ok || p.Roles != (callbacks.Roles{Auditor: true}) {
		t.Errorf("signed in %t with roles %+v, want auditor", ok, p.Roles)
	}
	r.auth.Store(before)
	if p, ok := b.person(); !ok || p.Roles != (callbacks.Roles{Reviewer: true}) {
		t.Errorf("signed in %t with roles %+v: the one before is not changed", ok, p.Roles)
	}
}
