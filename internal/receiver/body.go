/*
Copyright The Incident Operator Authors.

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
*/

package receiver

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxBody is the bound of a body in bytes, as sent and after decompression.
const maxBody = 1 << 20

// bodySize is how much of a body has to be reckoned with.
func bodySize(request *http.Request) int64 {
	if size := request.ContentLength; size >= 0 && size < maxBody && request.Header.Get("Content-Encoding") == "" {
		return size
	}
	return maxBody
}

// readBody reads what was posted. The error is of the sender's making.
func readBody(request *http.Request) ([]byte, *failure) {
	if request.ContentLength > maxBody {
		return nil, errTooLarge
	}
	var reader io.Reader = http.MaxBytesReader(nil, request.Body, maxBody)
	switch encoding := strings.ToLower(request.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip":
		unpacked, err := gzip.NewReader(reader)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "the body must be gzip, as Content-Encoding says")
		}
		reader = unpacked
	default:
		return nil, refuse(http.StatusUnsupportedMediaType, "Content-Encoding must be gzip or identity")
	}
	body, err := io.ReadAll(io.LimitReader(reader, maxBody+1))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over), len(body) > maxBody:
		return nil, errTooLarge
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "the body must arrive whole and in time")
	}
	return body, nil
}

var errTooLarge = refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body must not be larger than %d bytes, unpacked too: send less at once", maxBody))
