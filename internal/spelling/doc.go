// Package spelling tells whether two texts say the same although they are written differently:
// e-mail addresses, names of people, and labels that a hurried reader mistakes for each other.
package spelling
