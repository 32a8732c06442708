// Package desk is what people and senders may ask of the desk. Its [Service] checks what the asker
// may see and do, has a pure method of package callbacks make the change, and tells open pages to
// look again.
//
// A change reaches the database by [Store.Change], as one function of a [callbacks.Case]. Only an
// announcement reaches it by [Store.Receive], also that of a callback that was found before. The
// function may run twice, so whatever is not pure, such as encrypting a result, happens before
// it. What lists ask for is a [Filter]; the service turns it into a [Query], which says besides
// what the reader may see. The workers (packages delivery, upkeep, discovery) do not know this
// package: they have ports of their own, and take part through [Handover].
package desk
