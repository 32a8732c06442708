// Package query reads the addresses of pages and writes them: parameters, times, the place of a page,
// and what a list asks for. What it writes, it reads back as the same. It knows no request; package
// handlers hands it the values and the reader's time zone.
package query
