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

import "strings"

// Fold breaks a text at word ends into lines of at most so many cells of a screen; 0 breaks only where the text does. A
// word that is longer stays whole: it may be a name that somebody is to copy. The lines are escaped.
func Fold(words string, width int) []string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(words, "\r\n", "\n"), "\n") {
		lines = append(lines, foldLine(Escape(line), width)...)
	}
	return lines
}

func foldLine(line string, width int) []string {
	line = strings.TrimRight(line, " ")
	if width <= 0 || WidthOf(line) <= width {
		return []string{line}
	}
	var lines []string
	current, used := "", 0
	for word := range strings.SplitSeq(line, " ") {
		length := WidthOf(word)
		if used > 0 && used+1+length > width {
			lines = append(lines, current)
			current, used = "", 0
		}
		if used > 0 {
			current, used = current+" ", used+1
		}
		current, used = current+word, used+length
	}
	return append(lines, current)
}
