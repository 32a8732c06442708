// Package oidc is an OpenID provider for the demo and for tests. Its sign-in page lists named
// people and lets anybody be any of them with one click, without a password; it therefore refuses
// to exist for an issuer that is not loopback.
//
// The protocol is the real one: discovery, keys, authorization code with PKCE (S256 only), ID
// token, userinfo, refresh tokens and sign-out, over HTTP, so that package auth is tested against
// what it meets elsewhere. [Faults] makes it answer as broken or hostile providers do. With a
// [Likeness] it answers as a widely used provider does; the files in testdata describe seven of
// them. Keys, codes and tokens live in memory; a restart forgets them.
package oidc
