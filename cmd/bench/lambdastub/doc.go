// Package lambdastub is the Lambda that desks and floors call while they are measured. It answers
// at once and notes when calls come, so that what it costs is the same for both. Package locallambda
// does far more, and would be what is measured.
package lambdastub
