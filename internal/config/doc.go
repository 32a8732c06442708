// Package config is the configuration of `countersign serve`: what may be set, what each setting
// means, and whether the values are right.
//
// [Config] is the one source of truth. Its struct tags name every variable with its default, help
// and example; [Load], the text of -h ([Usage]) and the table in docs/configuration.md are read
// from them.
//
// Every variable X may also be given as X_FILE, the path of a file that holds the value, as secrets
// are mounted in containers. Everything is checked before anything opens, and all problems are told
// at once. The package knows the rules of the values only; cmd/web turns them into the types of the
// packages it wires.
package config
