// Package batches shows what a person selected to decide in one go, and what became of it.
package batches
