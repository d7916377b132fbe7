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

package terminal

import (
	"cmp"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
)

// IsASCII says that what is written is shown on a terminal whose locale knows nothing else. Without a locale, a terminal is
// taken for one that knows UTF-8, as most do.
func IsASCII(out io.Writer) bool {
	_, ok := File(out)
	return ok && !isUTF8(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG")))
}

func isUTF8(locale string) bool {
	folded := strings.ReplaceAll(strings.ToLower(locale), "-", "")
	return locale == "" || strings.Contains(folded, "utf8")
}

// symbols are those that the plugin itself writes.
var symbols = strings.NewReplacer(Ellipsis, "~", "→", "->", "“", "\"", "”", "\"", "’", "'")

// ToASCII replaces the symbols of the plugin, and writes everything else as Go does, such as \u6771.
func ToASCII(text string) string {
	var written strings.Builder
	for _, r := range symbols.Replace(text) {
		if r <= unicode.MaxASCII {
			written.WriteRune(r)
			continue
		}
		written.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
	}
	return written.String()
}
