// Package live tells open pages to look again: [Hub] fans invalidations out to subscribers inside
// one process, [Stream] writes one subscriber's invalidations as server-sent events.
//
// It carries no data. A stream names callbacks that changed, and only those that its reader may
// see; the page then asks the server as always. It does not know who the readers are, nor other
// replicas: whoever hears from those calls the hub.
//
// A browser opens one stream for each person, not for each tab: over HTTP/1.1 it has six
// connections to the desk, and streams would take them all. Visible tabs queue for a Web Lock; the
// tab that holds it has the stream, and tells the others over a BroadcastChannel
// (static/js/live.js). A hidden tab leaves the queue, so that no tab waits for one that the browser
// has frozen.
package live
