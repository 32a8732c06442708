// Package announcement checks what a sender says of a callback, and makes the callback from it. Every
// fault names its field, and all of them come at once.
package announcement
