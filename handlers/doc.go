// Package handlers answers every HTTP request of Countersign: pages, forms and the event stream.
// What senders post goes on to handlers/webhooks.
//
// One table (routes.go) lists every route with who may call it; a route that the table does not
// open is closed. A handler parses the request (package query reads addresses), asks
// [desk.Service], and renders a view model. It returns errors, and one table (errors.go) turns them
// into a status and a page. Nothing here decides what a person may see or do to a callback: the
// service does. What surrounds a handler and knows no page is in package middleware.
//
// It reads no environment and opens nothing: cmd/web hands over a [Config].
package handlers
