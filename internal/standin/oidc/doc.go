// Package oidc is an OpenID provider for the demo and for tests. Its sign-in page lists named
// people, and any visitor can sign in as any of them with one click and no password. It therefore
// refuses to start for an issuer that is not on loopback.
//
// The protocol is the real one: discovery, keys, authorization code with PKCE (S256 only), ID
// token, userinfo, refresh tokens and sign-out, over HTTP, so that package auth is tested against
// what it meets in production. [Faults] makes it answer as broken or hostile providers do. With a
// [Likeness] it answers as a widely used provider does; the files in testdata describe seven of
// them. Keys, codes and tokens are in memory only, so a restart forgets them.
package oidc
