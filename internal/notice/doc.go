// Package notice tells people about callbacks: who is told what, when, and over which channel.
//
// The transaction of a change writes one row: this callback changed. A worker works out from the
// callback's present state who may still sign it, keeps a row for each callback and target, and
// has a message drawn from the present state and sent. A message is not an event: where a channel
// can change what it sent, the same message is changed in place, and several changes that nobody
// was told of yet become one message. What was decided before the first send is never sent.
//
// A message never decides: it holds a link to a page that asks for a sign-in.
package notice
