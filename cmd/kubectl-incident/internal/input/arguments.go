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

package input

import (
	"fmt"
	"unicode/utf8"
)

// CheckArguments refuses what is no text, such as what was typed in another encoding: the API server would store something
// else.
func CheckArguments(args []string) error {
	for i, argument := range args {
		if !utf8.ValidString(argument) {
			return fmt.Errorf("argument %d, %q, is not valid UTF-8", i+1, argument)
		}
	}
	return nil
}
