// Package outbound makes HTTP requests to other programs: webhooks, chat services, push services.
//
// The addresses come from the operator's configuration or from a browser, so a request must not
// become a way into the network that the desk runs in. An address is judged when a connection is
// made, after its name was resolved: a name that resolves to something else the second time is
// judged again. No redirect is followed. Answers are read whole and have a bound.
//
// It belongs to the ground and knows no word of the domain.
package outbound
