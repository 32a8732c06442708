// Package callbacks is the domain of Countersign: what a callback of an AWS Lambda durable function
// is, which clocks end it, who may decide it, what a decision sends to Lambda, and how the delivery
// of that decision ends.
//
// It owns the words and the rules, and imports only the standard library, golang.org/x and packages
// of the ground. It does not know HTTP, SQL, AWS or OpenID: a [Store] keeps callbacks, a [Lambda]
// completes them, an [Invalidator] tells open pages to look again.
//
// The rules are pure: a transition is a method of [Callback] that is given values, the time and the
// actor, and either changes the callback or returns an error; [Store.Change] runs it inside one
// transaction together with its audit entry. The table in transitions_test.go has a row for every
// transition: a method without one fails a test. The workers (delivery.Worker,
// upkeep.Heartbeats, upkeep.Expiry, discovery.Worker) are packages of their own and have one
// shape: Run(ctx) loops, runOnce(ctx) does the work.
package callbacks
