// Package people says what the desk keeps of the people who sign in: their profiles and their
// sessions. Package auth makes both and package sqlstore stores them.
package people
