// Package push is a push service with its browsers, for the demo and for tests. It checks who sends
// (VAPID, RFC 8292), refuses what push services refuse (RFC 8030), and decrypts what a browser would
// (RFC 8291), with code of its own. Each refusal names the page that has it. Notifications are in
// memory only.
package push
