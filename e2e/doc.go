// Package e2e has the tests of the whole program: the binary as a process, configured as in
// production, people in Chromium, and around them what is not ours over the wire: Lambda, an OpenID
// provider and a durable function that asks the desk.
//
// Every test has a world of its own, and every person a browser context of their own in one
// Chromium. Nothing sleeps: tests wait for what the pages show, what Lambda saw or what the desk
// logged.
//
// With E2E_SCREENSHOTS naming a folder, each page that is inspected is also saved there in each of
// its looks.
package e2e
