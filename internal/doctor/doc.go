// Package doctor judges whether a configured desk can work, and says what to do if it cannot.
//
// It has the relevant facts ([Setup], [Database], [Provider] and the answers of a [Lambda]), the
// findings that follow from them, the IAM policy that the configuration needs, and the printed
// report. It does not look facts up: adapters do that and use its types. It imports only the
// standard library and packages arn and printable.
//
// Nothing that it asks for changes anything in the database, at the provider or at AWS, so it may
// run beside a desk.
package doctor
