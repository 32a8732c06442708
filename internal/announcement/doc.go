// Package announcement checks what a sender says of a callback, and makes the callback from it. Every
// fault names its field, and all of them come at once. For a callback that nobody announced, a
// [Template] says it instead, with values of the execution's input.
package announcement
