// Package standin holds what the demo runs around a desk, each part behind its own address on
// loopback, as in production: Lambda with sample functions, an OpenID provider with people who sign
// in, and a starter that sets the functions going.
//
// It knows the desk only as an outside program does: by its address, its settings and its webhook.
// So do the packages below it, each of which stands in for one neighbour: locallambda for Lambda,
// localkms for KMS, oidc for an identity provider, demo for the functions of teams. None of them
// shares code with the adapter that calls it, so that one mistake cannot hide in both.
package standin
