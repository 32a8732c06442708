// Package localkms is a stand-in for AWS KMS: keys that make data keys and decrypt them, behind KMS's
// own protocol, so that the AWS SDKs work against it without an AWS account. It is for the demo, for
// tests and for development; it checks no signatures and belongs on a loopback listener.
//
// It owns keys, their aliases and states, and refuses what KMS refuses: a key that does not exist, is
// disabled or awaits deletion, a caller without permission, a ciphertext of another key or with
// another encryption context. It keeps everything in memory.
package localkms
