// Package views keeps in the database of package sqlstore the filters that people saved. It implements
// savedview.Store, whose comments and test suite (package savedviewtest) are the contract.
package views
