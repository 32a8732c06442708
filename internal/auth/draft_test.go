package auth_test

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/standin/oidc"
)

// withDrafts does something with drafts in a request of a browser, as package handlers would.
func (b *browser) withDrafts(r *rig, address string, do func(*auth.Auth, *http.Request)) {
	b.t.Helper()
	a := r.auth.Load()
	req := httptest.NewRequest(http.MethodGet, address, http.NoBody)
	req.AddCookie(&http.Cookie{Name: "countersign", Value: b.cookie("countersign")})
	a.LoadSession(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { do(a, req) })).ServeHTTP(httptest.NewRecorder(), req)
}

// TestDraft: it comes back after a new sign-in of the same person, at the address that asks for it,
// until it is forgotten.
func TestDraft(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	lee := oidc.User{Subject: "lee", Name: "Lee"}
	r.SetUsers([]oidc.User{dana, lee})
	b := r.browser(t)
	b.mustSignIn()
	want := auth.Draft{Callback: "01J", Outcome: "reject", Comment: "Not <yet>\nsaid"}
	b.withDrafts(r, "/", func(a *auth.Auth, req *http.Request) {
		if err := a.KeepDraft(req, want); err != nil {
			t.Error(err)
		}
	})
	read := func(address string, id callbacks.ID) (got auth.Draft, ok bool) {
		b.withDrafts(r, address, func(a *auth.Auth, req *http.Request) { got, ok = a.Draft(req, id) })
		return got, ok
	}
	b.mustSignIn()
	if got, ok := read("/?draft=1", "01J"); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, ok)
	}
	for address, id := range map[string]callbacks.ID{"/": "01J", "/?draft=1": "02K"} {
		if got, ok := read(address, id); ok {
			t.Errorf("%s has %+v for %s", address, got, id)
		}
	}
	b.withDrafts(r, "/", func(a *auth.Auth, req *http.Request) {
		if err := a.ForgetDraft(req, "02K"); err != nil {
			t.Error(err)
		}
	})
	if _, ok := read("/?draft=1", "01J"); !ok {
		t.Error("forgotten with that of another callback")
	}
	b.withDrafts(r, "/", func(a *auth.Auth, req *http.Request) {
		if err := a.ForgetDraft(req, "01J"); err != nil {
			t.Error(err)
		}
	})
	if got, ok := read("/?draft=1", "01J"); ok {
		t.Errorf("it stays: %+v", got)
	}
}

// TestDraftOfAnother: the next person at the browser does not get it.
func TestDraftOfAnother(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	b.withDrafts(r, "/", func(a *auth.Auth, req *http.Request) {
		if err := a.KeepDraft(req, auth.Draft{Callback: "01J", Comment: "secret"}); err != nil {
			t.Error(err)
		}
	})
	other := dana
	other.Claims = map[string]any{"sub": "lee"}
	r.SetUsers([]oidc.User{other})
	if p := b.mustSignIn(); p.Subject != "lee" {
		t.Fatalf("signed in as %+v", p)
	}
	b.withDrafts(r, "/?draft=1", func(a *auth.Auth, req *http.Request) {
		if got, ok := a.Draft(req, "01J"); ok {
			t.Errorf("lee reads %+v", got)
		}
	})
}
