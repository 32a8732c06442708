package wire

import "strconv"

// DefaultPage is how many items a page has if the request does not say.
const DefaultPage = 100

const maxPage = 1000

// Page holds the paging parameters of a request.
type Page struct {
	Marker string
	Size   int
}

// Position reads a marker that counts items.
func (p Page) Position(length int) (int, error) {
	if p.Marker == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(p.Marker)
	if err != nil || n < 0 || n > length {
		return 0, InvalidParameter("Invalid marker.")
	}
	return n, nil
}
