package auth_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/alexedwards/scs/v2"

	"countersign/internal/auth"
	"countersign/internal/callbacks"
	"countersign/internal/people"
	"countersign/internal/standin/oidc"
)

// TestIdentifiers: everything by which the provider names somebody is kept, whichever set of claims
// says it.
func TestIdentifiers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	user := dana
	user.Claims = map[string]any{
		"preferred_username": "dwhitfield", "upn": "dana@corp.example.com", "given_name": "Dana", "family_name": "Whitfield-Ruiz", "name": nil,
	}
	r.SetUsers([]oidc.User{user})
	for name, lean := range map[string]bool{"IDToken": false, "Userinfo": true} {
		r.Misbehave(oidc.Faults{Lean: lean})
		p := r.browser(t).mustSignIn()
		if p.Email != dana.Email || !p.EmailVerified || p.GivenName != "Dana" || p.FamilyName != "Whitfield-Ruiz" || p.Name != "dwhitfield" ||
			!slices.Equal(p.UserNames, []string{dana.Email, "dwhitfield", "dana@corp.example.com"}) {
			t.Errorf("%s: signed in as %+v", name, p)
		}
	}
}

func TestEmailVerified(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		says    any
		email   any
		trusted bool
		want    bool
	}{
		"Yes":               {true, dana.Email, false, true},
		"YesAsText":         {"true", dana.Email, false, true},
		"No":                {false, dana.Email, false, false},
		"NotSaid":           {nil, dana.Email, false, false},
		"Number":            {1, dana.Email, false, false},
		"NotSaidAndTrusted": {nil, dana.Email, true, true},
		"NoAddress":         {true, nil, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(_ *rig, cfg *auth.Config) { cfg.EmailTrusted = tt.trusted })
			user := dana
			user.Claims = map[string]any{"email_verified": tt.says, "email": tt.email}
			r.SetUsers([]oidc.User{user})
			if p := r.browser(t).mustSignIn(); p.EmailVerified != tt.want {
				t.Errorf("verified %v, want %v", p.EmailVerified, tt.want)
			}
		})
	}
}

// TestVerifiedByUserinfo: an ID token that is silent about the address is not the last word, but no
// answer signs nobody out.
func TestVerifiedByUserinfo(t *testing.T) {
	t.Parallel()
	user := dana
	user.Claims = map[string]any{"email_verified": nil}
	for body, want := range map[string]bool{
		`{"sub":"dana","email":"dana@harborline.example","email_verified":true}`:    true,
		`{"sub":"dana","email":"another@harborline.example","email_verified":true}`: false,
		`busy`: false,
	} {
		r := newRig(t)
		r.SetUsers([]oidc.User{user})
		r.wire.answerInPlace("/userinfo", http.StatusOK, body)
		p := r.browser(t).mustSignIn()
		if p.EmailVerified != want || p.Email != dana.Email {
			t.Errorf("userinfo says %s: %+v", body, p)
		}
	}
}

// TestSessionOfAnotherProvider: a session ends when the desk gets another provider, and so does one
// that does not say whose it is.
func TestSessionOfAnotherProvider(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.browser(t)
	b.mustSignIn()
	r.forgetFields(t, b.cookie("countersign"), "issuer")
	if p, ok := b.person(); ok {
		t.Errorf("%+v is signed in, and nobody knows by whom", p)
	}
	b.mustSignIn()
	r.cfg.Issuer = "http://127.0.0.1:1"
	r.restart(t)
	if p, ok := b.person(); ok {
		t.Errorf("%+v is signed in by the provider before", p)
	}
}

// forgetFields makes a stored session what a version that does not know these fields wrote.
func (r *rig) forgetFields(t *testing.T, token string, names ...string) {
	t.Helper()
	sealed, _, err := r.store.Find(t.Context(), auth.HashOf(token))
	if err != nil {
		t.Fatal(err)
	}
	data, _ := r.auth.Load().Open(token, sealed)
	deadline, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(values["person"].([]byte), &fields); err != nil {
		t.Fatal(err)
	}
	forgotten := 0
	for _, name := range names {
		if _, there := fields[name]; there {
			forgotten++
		}
		delete(fields, name)
	}
	if values["person"], err = json.Marshal(fields); err != nil {
		t.Fatal(err)
	}
	if data, err = (scs.GobCodec{}).Encode(deadline, values); err != nil {
		t.Fatal(err)
	}
	older := people.StoredSession{TokenHash: auth.HashOf(token), Sealed: r.auth.Load().Seal(token, data)}
	was, _, err := r.store.Find(t.Context(), older.TokenHash)
	if err != nil {
		t.Fatal(err)
	}
	if written, err := r.store.Update(t.Context(), older, was); err != nil || !written {
		t.Fatalf("written %t, %v", written, err)
	}
	if forgotten != len(names) {
		t.Fatalf("%d of %d fields were there", forgotten, len(names))
	}
}

// TestEarlierAddresses: whoever changes their address stays the requester that the old one names,
// also once they have signed in anew.
func TestEarlierAddresses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.browser(t).mustSignIn()
	moved := dana
	moved.Email = "dana.reyes@harborline.example"
	r.SetUsers([]oidc.User{moved})
	b := r.browser(t)
	b.mustSignIn()
	p, _ := b.person()
	if p.Email != moved.Email || !p.Is(callbacks.Requester{Email: dana.Email}) {
		t.Errorf("%+v is not known by %s any more", p, dana.Email)
	}
}
