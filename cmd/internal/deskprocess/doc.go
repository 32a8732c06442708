// Package deskprocess runs the desk as a process of its own, for commands that measure it or
// torment it: it builds the binary, starts, stops and kills processes, gives the desk an OpenID
// provider, and signs people in as their browsers would.
package deskprocess
