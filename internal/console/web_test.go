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
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// The budgets of what a browser loads, in bytes after gzip.
const (
	scriptBudget = 60 << 10
	styleBudget  = 15 << 10
)

func bundled(t *testing.T, name string) []byte {
	t.Helper()
	content, err := dist.ReadFile("web/dist/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestBundleFitsItsBudget(t *testing.T) {
	for name, budget := range map[string]int{"app.js": scriptBudget, "app.css": styleBudget} {
		if packed := len(pack(bundled(t, name))); packed > budget {
			t.Errorf("%s has %d bytes packed, at most %d are to be", name, packed, budget)
		}
	}
}

func TestFilesArePackedForWhoTakesThemSo(t *testing.T) {
	tags := map[string]bool{}
	for accepted, want := range map[string]string{"": "", "br": "", "gzip;q=0": "", "gzip, deflate, br": "gzip"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/static/app.js", nil)
		r.Header.Set("Accept-Encoding", accepted)
		w := httptest.NewRecorder()
		assets().ServeHTTP(w, r)
		content := io.Reader(w.Body)
		if w.Header().Get("Content-Encoding") != want {
			t.Errorf("%q gets %q, want %q", accepted, w.Header().Get("Content-Encoding"), want)
		}
		if want == "gzip" {
			unpacked, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			content = unpacked
		}
		if got, err := io.ReadAll(content); err != nil || !bytes.Equal(got, bundled(t, "app.js")) {
			t.Errorf("%q gets another file, %v", accepted, err)
		}
		tags[w.Header().Get("ETag")] = true
		again := httptest.NewRecorder()
		r.Header.Set("If-None-Match", w.Header().Get("ETag"))
		assets().ServeHTTP(again, r)
		if again.Code != http.StatusNotModified {
			t.Errorf("%q asks again and gets %d", accepted, again.Code)
		}
	}
	if len(tags) != 2 {
		t.Errorf("the tags are %v, want one for each form", tags)
	}
}

func TestPageHoldsNothingInline(t *testing.T) {
	page := string(bundled(t, "index.html"))
	for _, pattern := range []string{`<script[^>]*>[^<]`, `<style`, ` style=`, ` on[a-z]+=`, `(?:src|href)="[^/#]`, `//[a-z]`} {
		if found := regexp.MustCompile(pattern).FindString(page); found != "" {
			t.Errorf("the page holds %q", found)
		}
	}
}

func sources(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("web/src/*.ts*")
	if err != nil || len(paths) == 0 {
		t.Fatal("no sources", err)
	}
	found := map[string]string{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(path)] = string(content)
	}
	return found
}

func TestSourcesMakeNoHTMLOfText(t *testing.T) {
	for name, content := range sources(t) {
		for _, sink := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "dangerouslySetInnerHTML", "document.write", "eval(", "new Function", "srcdoc", "javascript:"} {
			if strings.Contains(content, sink) {
				t.Errorf("%s uses %s", name, sink)
			}
		}
	}
}

func TestIconsAreThere(t *testing.T) {
	page := string(bundled(t, "index.html"))
	icon := regexp.MustCompile(`[a-z_]+_(?:16|20)_(?:regular|filled)`)
	for name, content := range sources(t) {
		for _, used := range icon.FindAllString(content, -1) {
			if !strings.Contains(page, `<symbol id="`+used+`"`) {
				t.Errorf("%s shows the icon %s, which is not in web/icons", name, used)
			}
		}
	}
}

// The pane offers exactly the determinations that the API takes.
func TestDeterminationsAreThoseOfTheAPI(t *testing.T) {
	content := sources(t)["types.ts"]
	for _, verdict := range v1alpha1.Verdicts() {
		if verdict == v1alpha1.VerdictNotSet {
			continue
		}
		var words []string
		for _, determination := range verdict.Determinations() {
			words = append(words, "'"+string(determination)+"'")
		}
		if line := string(verdict) + ": [" + strings.Join(words, ", ") + "]"; !strings.Contains(content, line) {
			t.Errorf("types.ts lacks %s", line)
		}
	}
}

// Words that people read stand in messages.ts, so that they can be read, mended and translated in one place.
func TestWordsStandInOneTable(t *testing.T) {
	patterns := map[string]*regexp.Regexp{
		"text of an element":  regexp.MustCompile(`[^=\s]>\s*([^<>{}=;()|&]*[A-Za-z]{2}[^<>{}=;()|&]*)</`),
		"text behind a value": regexp.MustCompile(`\}[ ,.:]*([A-Za-z][a-z]+ [^<>{}=;()\n]*)</?[a-z]`),
		"an attribute":        regexp.MustCompile(`\b(?:label|title|placeholder|aria-label|hint|subtitle)=(?:"|\{` + "`" + `)([^"$]*[A-Za-z]{2}[^"]*)`),
		"a sentence":          regexp.MustCompile("['`]([A-Z][a-z]+ [a-z][^'`\n]*)['`]"),
	}
	code := regexp.MustCompile(`<code>[^<]*</code>|//.*|(?s:/\*.*?\*/)`)
	words := 0
	for name, content := range sources(t) {
		if name == "messages.ts" {
			words = strings.Count(content, "'")
			continue
		}
		content = code.ReplaceAllString(content, "")
		for what, pattern := range patterns {
			for _, found := range pattern.FindAllStringSubmatch(content, -1) {
				t.Errorf("%s holds %s that is not from messages.ts: %q", name, what, found[1])
			}
		}
	}
	if words < 400 {
		t.Errorf("messages.ts holds %d quotation marks only: is it the table still?", words)
	}
}
