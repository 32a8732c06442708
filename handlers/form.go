package handlers

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
)

// postForm reads what the body of a request holds, and nothing of its address: a link must not fill in a form. It may be
// called again.
func postForm(c echo.Context) (url.Values, error) {
	err := c.Request().ParseForm()
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, err
	}
	if err != nil {
		return nil, callbacks.Invalid{{Pointer: "form", Detail: "The form did not arrive whole. Nothing was recorded."}}
	}
	return c.Request().PostForm, nil
}
