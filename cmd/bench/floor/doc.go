// Package floor is what the desk is measured against: for each job the least program that does it,
// over the same web framework, database driver and durability. It checks no signature, keeps no
// audit, asks nobody who they are and has no page to speak of. What the desk needs more than its
// floor is the price of what it does.
package floor
