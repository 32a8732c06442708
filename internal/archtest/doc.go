// Package archtest holds the rules of the project's layout as tests: who may import whom, who may
// read the environment, how large packages, files and functions may be, that every package says what
// it is, and that generated files are what they claim to be.
//
// A rule speaks of folders, not of the packages that are in them today: a new package under
// internal/ is an adapter until the rules say otherwise, and a new folder at the top fails until it
// has a place here.
package archtest
