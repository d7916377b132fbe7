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

package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"time"
)

// dist is what `make web` makes of the sources in web, and the icon of the page.
//
//go:embed web/dist web/icons/shield_20_filled.svg
var dist embed.FS

// assets serves the pages. They are all one shell, which holds no data: its script asks for that.
func assets() http.Handler {
	mux := http.NewServeMux()
	shell := file("index.html", "text/html; charset=utf-8")
	for _, path := range []string{
		"GET /{$}", "GET /{cluster}/incidents", "GET /{cluster}/incidents/{namespace}/{name}", "GET /{cluster}/incidents/{namespace}/{name}/{tab}",
	} {
		mux.Handle(path, shell)
	}
	mux.Handle("GET /static/app.js", file("app.js", "text/javascript; charset=utf-8"))
	mux.Handle("GET /static/app.css", file("app.css", "text/css; charset=utf-8"))
	mux.Handle("GET /static/notices.txt", file("notices.txt", "text/plain; charset=utf-8"))
	mux.Handle("GET /static/icon.svg", file("../icons/shield_20_filled.svg", "image/svg+xml"))
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	// The shell says that there is no such page.
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		page, err := dist.ReadFile("web/dist/index.html")
		if err != nil {
			http.Error(w, "the page is missing", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(page)
	})
	return mux
}

// file serves one file, packed for a browser that takes it so, which asks for it again only if it changed.
func file(name, kind string) http.Handler {
	content, err := dist.ReadFile(path.Join("web/dist", name))
	whole := variant{content: content, tag: tagOf(content, "")}
	packed := variant{content: pack(content), tag: tagOf(content, "-gzip")}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			http.Error(w, "this build has no pages: run 'make web'", http.StatusInternalServerError)
			return
		}
		served := whole
		if takesGzip(r) {
			served = packed
			w.Header().Set("Content-Encoding", "gzip")
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Vary", "Accept-Encoding")
		w.Header().Set("ETag", served.tag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(served.content))
	})
}

// variant is a file as it is sent; the tag tells variants apart.
type variant struct {
	content []byte
	tag     string
}

func tagOf(content []byte, suffix string) string {
	hash := sha256.Sum256(content)
	return `"` + hex.EncodeToString(hash[:16]) + suffix + `"`
}

func pack(content []byte) []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // The level is one that there is,
	_, _ = w.Write(content)                                    // and memory takes all.
	_ = w.Close()
	return packed.Bytes()
}

func takesGzip(r *http.Request) bool {
	for encoding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if strings.TrimSpace(encoding) == "gzip" {
			return true
		}
	}
	return false
}
