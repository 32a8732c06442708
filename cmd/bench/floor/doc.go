// Package floor has the programs that the desk is compared with: for each job the smallest program
// that does it, with the same web framework, database driver and durability. A floor checks no
// signature, keeps no audit, identifies nobody and has hardly any page. The difference between the
// desk and its floor is the price of what the desk does beyond that.
package floor
