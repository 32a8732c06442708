package views

import "countersign/internal/callbacks"

// Admin is the table of all callbacks. Its filter is in Shell.Address.
type Admin struct {
	List
	Bars   []Count // how many each of [Ranges] finds, in their order
	States []Count // how many each of [AdminStates] finds, in their order
}

// Audit is a page of the audit, newest entry first.
type Audit struct {
	Entries []callbacks.AuditEntry
	Query   callbacks.AuditQuery
	Older   int64 // Seq to read before for the next page, 0 on the last one
}
