// Package codec has the formats of what is sent: how results are written for a function that does not
// read plain JSON, and how payloads are read that arrive encoded. [New] is the table of formats: bare
// text, AES-GCM under a configured key, AES-GCM under data keys of AWS KMS, and a codec server of the
// operator, whose protocol docs/codec.md describes.
//
// Everything here is bounded in time and size. Each error has words for the person who waits, and
// nothing of what was to be encoded.
package codec
