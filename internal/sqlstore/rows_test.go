package sqlstore

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
)

// TestColumnsOfRows: each field has its value, its place and its change where its column is.
func TestColumnsOfRows(t *testing.T) {
	t.Parallel()
	db := bun.NewDB(nil, sqlitedialect.New())
	for columns, row := range map[string]interface{ values() []any }{
		callbackColumns: &callbackRow{}, contentColumns: &contentRow{}, auditColumns: &auditRow{},
		messageColumns: &messageRow{}, deliveryColumns: &deliveryRow{},
		signatureColumns: &signatureRow{},
	} {
		names := strings.FieldsFunc(columns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
		of := reflect.TypeOf(row).Elem()
		table := db.Table(of)
		if want := len(table.Fields) - len(numbers(table)); len(names) != want {
			t.Errorf("%s names %d columns of %d", table.Name, len(names), want)
		}
		for _, f := range table.Fields {
			if f.AutoIncrement {
				continue
			}
			other := reflect.New(of)
			fill(f.Value(other.Elem()))
			at := slices.Index(names, f.Name)
			values := other.Interface().(interface{ values() []any }).values()
			if at < 0 || !reflect.DeepEqual(values[at], f.Value(other.Elem()).Interface()) {
				t.Errorf("%s.%s has the value of another column", table.Name, f.Name)
			}
			checkPlace(t, row, other.Interface(), f)
		}
	}
}

// numbers are the columns that the database fills.
func numbers(table *schema.Table) []*schema.Field {
	return slices.DeleteFunc(slices.Clone(table.Fields), func(f *schema.Field) bool { return !f.AutoIncrement })
}

// fill gives a field a value that is not its zero.
func fill(v reflect.Value) {
	switch field := v.Addr().Interface().(type) {
	case *string:
		*field = "x"
	case *int64:
		*field = time.Now().Unix()
	case *bool:
		*field = true
	case *[]byte:
		*field = []byte("x")
	default: // one of sql's Null types
		fill(v.Field(0))
		v.Field(1).SetBool(true)
	}
}

// checkPlace looks where a row that is read scans a column, and whether its change is noted.
func checkPlace(t *testing.T, was, is any, f *schema.Field) {
	t.Helper()
	if read, ok := is.(scanned); ok {
		names := strings.FieldsFunc(read.columns(), func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
		at := slices.Index(names, f.Name)
		if at < 0 || read.places()[at] != f.Value(reflect.ValueOf(is).Elem()).Addr().Interface() {
			t.Errorf("%s is scanned into another field", f.Name)
		}
	}
	if f.IsPK {
		return
	}
	var c changes
	switch is := is.(type) {
	case *callbackRow:
		c = is.changes(was.(*callbackRow))
	case *contentRow:
		c = is.changes(was.(*contentRow))
	case *deliveryRow:
		if slices.Contains([]string{"kind", "result", "error", "shown", "lane"}, f.Name) { // these never change
			return
		}
		c = is.changes(was.(*deliveryRow))
	default:
		return
	}
	if !slices.Equal(c.columns, []string{f.Name + " = ?"}) {
		t.Errorf("a change of %s writes %v", f.Name, c.columns)
	}
}
