// Package doctor judges whether a desk that is configured can work, and says what to do where it
// cannot.
//
// It has the facts that matter ([Setup], [Database], [Provider] and the answers of a [Lambda]), the
// findings that follow from them, the IAM policy that the configuration needs, and how all of it is
// printed. Where facts come from it does not know: adapters look them up and speak its types, and
// it imports the standard library only.
//
// Nothing that it asks for changes anything, in the database, at the provider or at AWS, so that it
// may run beside a desk.
package doctor
