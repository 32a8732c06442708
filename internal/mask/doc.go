// Package mask hides values of a JSON document. JSON pointers name the values; everything else of
// the document stays as it is spelled. It knows nothing of who may see what.
package mask
