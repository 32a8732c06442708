package demo

import (
	"fmt"
	"strconv"
)

// thousands writes a number below a million as people do: 1,240.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// dollars writes an amount as people do: 1,318.40.
func dollars(amount float64) string {
	cents := int(amount*100 + 0.5)
	return fmt.Sprintf("%s.%02d", thousands(cents/100), cents%100)
}
