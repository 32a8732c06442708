// Package forms draws the form of an outcome: the fields of an answer, what is wrong with them, and
// how the answer differs from what was proposed.
//
// It draws the entries of a filled [form.Form] and knows nothing of schemas. All inputs belong to the
// decision's form (id "decide"), so that everything works by a plain post: buttons named "form" ask
// for the page again with another row, or without a change, and nothing typed is lost. Scripts only
// spare the reader the reload. Titles, help, choices and values are text of others.
package forms
