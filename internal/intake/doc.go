// Package intake reads what senders post: announcements of callbacks as signed webhooks
// ([Verifier]) or by way of SNS ([SNS]), and events of EventBridge about executions
// ([EventBridge]). It proves who sent a message, bounds its size ([ReadBody]) and reads it strictly
// ([Decode], [DecodeEvent]).
//
// It owns the wire: headers, JSON shape, media types. What the values may be is checked by the
// domain, and nothing is stored here. Everything that comes in is a stranger's until Verify says
// otherwise. docs/intake.md describes it to senders.
package intake
