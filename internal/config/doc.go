// Package config is the configuration of `countersign serve`. How it runs is said by environment
// variables: this package knows which there are, what each one means, and whether the values are
// correct. What the desk is for is said by one file, which a variable names: see
// [deskfile.Desk].
//
// [Config] is the single source of truth. Its struct tags name every variable with its default,
// help and example; [Load], the text of -h ([Usage]) and the table in docs/configuration.md are
// made from them.
//
// Every variable X can also be given as X_FILE, the path of a file that holds the value, which is
// how containers mount secrets. Everything is checked before anything is opened, and all problems
// are reported at once. The package knows only the rules of the values; cmd/web converts them to
// the types of the packages that it wires.
package config
