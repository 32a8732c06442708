// Package webpush is the channel of pushes to browsers. A push is encrypted for one browser and
// handed to the push service of the browser's maker, whose address the browser gave: only services
// that are known, or that the operator names, are called.
//
// A lock screen is public. A push says that something waits, in which queue and until when; it holds
// no title, no name of a requester and no field.
package webpush
