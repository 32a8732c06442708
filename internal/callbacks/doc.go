// Package callbacks is the model of Countersign: what a callback of an AWS Lambda durable function
// is, which clocks end it, who may decide it, what a decision sends to Lambda, and how the delivery
// of that decision ends.
//
// It owns the words and the rules, and imports the standard library, packages of the ground, and
// packages form, which reads answers as fields, and template, which fills in what is sent. It does
// not know HTTP, SQL, AWS or OpenID. Its ports are those that several packages of the domain use:
// a [Lambda] completes callbacks, an [Invalidator] tells open pages to look again, a [Condition]
// says whether a rule applies to a request.
//
// The rules are pure: a transition is a method of [Callback], or of [Case] where it also changes
// signatures or reviews. It is given values, the time and the actor, and either makes the change or
// returns an error; a store runs it inside one transaction together with its audit entry. The table
// in transitions_test.go has a row for every transition of a Callback: a method without one fails a
// test. Those who run transitions are package desk, for people and senders; the workers
// (delivery.Worker, upkeep.Heartbeats, upkeep.Expiry, upkeep.Escalations, discovery.Worker); and
// the store, whose Receive completes a callback that was found when it is announced. The workers
// have one shape: Run(ctx) loops, and each turn of the loop does the work that is due.
package callbacks
