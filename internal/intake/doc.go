// Package intake reads announcements of callbacks that senders post as signed webhooks: it proves who sent a message
// ([Verifier]), reads its body strictly ([Decode]), bounds its size and rate ([ReadBody], [Limiter]) and answers faults as
// problem+json ([ProblemOf]).
//
// It owns the wire: headers, JSON shape, media types. What the values may be is checked by the domain, and nothing is
// stored here. Everything that comes in is a stranger's until Verify says otherwise. docs/intake.md describes it to senders.
package intake
