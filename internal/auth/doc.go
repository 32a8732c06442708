// Package auth signs people in with OpenID Connect and keeps their sessions.
//
// It owns the authorization code flow (PKCE, state, nonce), the verification of the provider's
// answers, the session cookie and the content of the session. It knows nothing about pages: a
// handler calls [Auth.Begin], [Auth.Finish] or [Auth.SignOut], redirects to the address it gets
// back, and turns the errors of this package into a page.
//
// Sessions live on the server, in an scs store; the browser holds only a random token. Deleting a
// row revokes its session: except for a sign-in, this package writes a session only if it is still
// as it was read a moment before. Two clocks end a session, its idle time and its whole lifetime.
// Both are checked here by [Config.Now]; the expiry in the store only cleans up.
//
// There are two kinds of cookie. The session's cookie is set when a sign-in succeeds, always with a
// fresh token. The other kind lives for ten minutes and ties each sign-in under way (several tabs
// may each have one) to the browser that began it.
//
// Rights come from groups, so the age of the groups matters. When they are 15 minutes old, the next
// request reads them again (renewal.go): with the refresh token, or at userinfo while the access
// token is valid. If the provider refuses, the session ends; if it does not answer, it is asked
// again a minute later. If there is no way to ask it, the groups grow old, and the service then
// refuses changes by their person ([callbacks.ErrOldGroups]). What the person typed waits in the
// session on the server (draft.go) for their next session, because a browser that runs no scripts
// keeps nothing.
//
// Only a sign-in inserts a session; all other writes update a row that exists. So a request that
// began before a session was ended cannot bring it back.
//
// No token of the provider leaves the server, except the ID token as the hint of a sign-out, and
// none is ever logged.
package auth
