// Package live tells open pages to look again: [Hub] fans notices out to subscribers inside one
// process, [Stream] writes one subscriber's notices as server-sent events.
//
// It carries no data. A stream names callbacks that changed, and only those that its reader may
// see; the page then asks the server as always. It does not know who the readers are, nor other
// replicas: whoever hears from those calls the hub.
package live
