// Package preferences reads the forms in which people change how they are told: each form of the
// settings becomes a change of notice.Settings.
package preferences
