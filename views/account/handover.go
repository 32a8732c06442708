package account

// HandOver is the page that sends a browser on to another site.
type HandOver struct {
	Site    string // the name of the site
	Address string
}
