// Package batch decides many callbacks for one person: those that they selected in a list, each
// with a preview, a revision and a signature of its own.
//
// A batch begins as a selection, whose page shows what each item would be sent and which items
// cannot go, and why. Once its person confirms it, it is on record, and a worker signs item by item,
// with the rights that the person had then, through the same gate as the review page. What changed
// since the page was read is not signed but named. If the process dies, another one goes on: an
// item that was signed already is not signed again.
package batch
