// Package rollout keeps which version of countersign.yaml each replica runs, and every version that
// a replica has run, so that admins see when replicas differ, and auditors when a version came.
//
// It owns the reports of replicas and how long they count. It does not know what the file says, nor
// how it is read.
package rollout
