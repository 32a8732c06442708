// Package auth signs people in with OpenID Connect and keeps their sessions.
//
// It owns the authorization code flow (PKCE, state, nonce), the verification of what the provider
// answers, the session cookie and what the session remembers. It does not know pages: a handler
// calls [Auth.Begin], [Auth.Finish] or [Auth.SignOut], redirects to what it gets back, and turns
// the errors of this package into a page.
//
// Sessions live on the server, in an scs store; the browser holds a random token only. A deleted
// row is a revoked session: nothing here writes a session that it did not find a moment before. Two
// clocks end a session, idleness and its whole lifetime; both are checked here by [Config.Now], the
// store's expiry is only its broom.
//
// Two cookies exist. The session's own is set when a sign-in succeeds, always with a fresh token. A
// second one, for ten minutes, ties the sign-ins under way (several tabs may each have one) to the
// browser that began them.
//
// Rights come from groups, so their age counts. When groups are 15 minutes old, the next request
// reads them again (renewal.go): with the refresh token, or at userinfo while the access token
// lives. If the provider refuses, the session ends; if it does not answer, it is asked again a
// minute later. If nothing can be asked, the groups grow old, and the service refuses what their
// person changes ([callbacks.ErrOldGroups]). What the person typed then waits in the session on the
// server (draft.go) for their next session, since a browser without scripts keeps nothing.
//
// A session is inserted by a sign-in and by nothing else; all other writes update a row that is
// there. So a request that began before somebody ended its session cannot bring it back.
//
// No token of the provider leaves the server, except the ID token as the hint of a sign-out, and
// none is ever logged.
package auth
