// Package savedviews has the pages of saved views, and finds the views that the navigation of every
// page shows.
package savedviews
