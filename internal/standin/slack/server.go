package slack

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// answer is the body of an answer, beside "ok".
type answer map[string]any

// method is one of Slack's methods: what it answers, or Slack's code for why it does not.
type method struct {
	scopes []string // one of them is needed
	does   func(w *Workspace, form url.Values) (answer, string)
}

// methods are those that the workspace answers, with the scopes on the page of each.
// https://docs.slack.dev/reference/methods
var methods = map[string]method{
	"auth.test":             {nil, (*Workspace).authTest},
	"chat.postMessage":      {[]string{"chat:write"}, (*Workspace).postMessage},
	"chat.update":           {[]string{"chat:write"}, (*Workspace).update},
	"conversations.open":    {[]string{"im:write"}, (*Workspace).open},
	"conversations.list":    {[]string{"channels:read", "groups:read"}, (*Workspace).list},
	"conversations.history": {[]string{"channels:history", "groups:history", "im:history"}, (*Workspace).history},
	"conversations.replies": {[]string{"channels:history", "groups:history", "im:history"}, (*Workspace).replies},
	"users.lookupByEmail":   {[]string{"users:read.email"}, (*Workspace).lookupByEmail},
}

const maxForm = 1 << 20 // bytes

// ServeHTTP implements [http.Handler]: a method's name is the last part of the path.
func (w *Workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	called, known := methods[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]
	r.Body = http.MaxBytesReader(rw, r.Body, maxForm)
	var said answer
	code := ""
	switch err := r.ParseForm(); {
	case !known:
		code = "unknown_method"
	case err != nil:
		code = "invalid_form_data"
	default:
		said, code = w.call(called, r)
	}
	if code == "ratelimited" {
		// https://docs.slack.dev/apis/web-api/rate-limits#responding_to_rate_limiting_conditions
		rw.Header().Set("Retry-After", "1")
		rw.WriteHeader(http.StatusTooManyRequests)
		return
	}
	if said == nil {
		said = answer{}
	}
	said["ok"] = code == ""
	if code != "" {
		said["error"] = code
	}
	if code == "missing_scope" {
		said["needed"] = strings.Join(called.scopes, ",")
	}
	rw.Header().Set("X-OAuth-Scopes", strings.Join(w.config.Scopes, ","))
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(rw).Encode(said)
}

// call checks the token before it runs a method.
// https://docs.slack.dev/authentication/tokens
func (w *Workspace) call(m method, r *http.Request) (answer, string) {
	token := r.PostForm.Get("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	switch {
	case token == "":
		return nil, "not_authed"
	case subtle.ConstantTimeCompare([]byte(token), []byte(w.config.Token)) == 0:
		return nil, "invalid_auth"
	case m.scopes != nil && !slices.ContainsFunc(m.scopes, func(s string) bool { return slices.Contains(w.config.Scopes, s) }):
		return nil, "missing_scope"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return m.does(w, r.PostForm)
}

func (w *Workspace) authTest(url.Values) (answer, string) {
	return answer{"url": "https://example.slack.com/", "team": w.config.Name, "team_id": "T0STANDIN", "user": "countersign", "user_id": "U0BOT", "bot_id": "B0BOT"}, ""
}

// open answers https://docs.slack.dev/reference/methods/conversations.open
func (w *Workspace) open(form url.Values) (answer, string) {
	for _, u := range w.users {
		switch {
		case u.ID != form.Get("users"):
		case u.Gone:
			return nil, "user_disabled"
		default:
			return answer{"channel": answer{"id": directOf(u.ID)}}, ""
		}
	}
	return nil, "user_not_found"
}

// list answers https://docs.slack.dev/reference/methods/conversations.list
func (w *Workspace) list(form url.Values) (answer, string) {
	all := []answer{}
	for _, c := range w.channels {
		if !c.Archived || form.Get("exclude_archived") != "true" {
			all = append(all, answer{"id": c.ID, "name": c.Name, "is_archived": c.Archived, "is_member": !c.Outside})
		}
	}
	return answer{"channels": all}, ""
}

// lookupByEmail answers https://docs.slack.dev/reference/methods/users.lookupByEmail
func (w *Workspace) lookupByEmail(form url.Values) (answer, string) {
	for _, u := range w.users {
		if strings.EqualFold(u.Email, form.Get("email")) && !u.Gone {
			return answer{"user": answer{"id": u.ID, "name": u.Name, "deleted": false}}, ""
		}
	}
	return nil, "users_not_found"
}
